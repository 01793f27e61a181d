// The point of interest of a picture: a click on it writes the two numbers, which can also be typed.

for (const focus of document.querySelectorAll(".focus")) {
  const whole = focus.querySelector(".focus-whole");
  const across = document.getElementById("id_focus_x");
  const down = document.getElementById("id_focus_y");
  if (!across || !down || across.disabled) continue;
  const size = { width: Number(focus.dataset.width), height: Number(focus.dataset.height) };
  const percent = (field) => Math.min(Math.max(Number(field.value) || 0, 0), 100);

  // The same as cut() in publishing/pictures.py
  const corner = (all, part, half) => Math.min(Math.max(Math.round((all * part) / 100 - half / 2), 0), all - half);

  const show = () => {
    for (const circle of whole.querySelectorAll("circle")) {
      circle.setAttribute("cx", (size.width * percent(across)) / 100);
      circle.setAttribute("cy", (size.height * percent(down)) / 100);
    }
    for (const cut of focus.querySelectorAll(".focus-cut")) {
      const ratio = cut.dataset.across / cut.dataset.down;
      const width = Math.floor(Math.min(size.width, size.height * ratio)) || 1;
      const height = Math.floor(Math.min(size.height, size.width / ratio)) || 1;
      const left = corner(size.width, percent(across), width);
      const top = corner(size.height, percent(down), height);
      cut.setAttribute("viewBox", `${left} ${top} ${width} ${height}`);
    }
  };

  whole.classList.add("focus-ready");
  whole.addEventListener("click", (event) => {
    const box = whole.getBoundingClientRect();
    across.value = Math.round(((event.clientX - box.left) / box.width) * 100);
    down.value = Math.round(((event.clientY - box.top) / box.height) * 100);
    for (const field of [across, down]) field.dispatchEvent(new Event("input", { bubbles: true }));
  });
  for (const field of [across, down]) field.addEventListener("input", show);
}
