// Lists change in place. The server answers whole pages, the same as without scripts; htmx takes the results, the
// inside of the form and the link to the other language out of them. What htmx does not know stands here: where the
// focus goes, what is said aloud, and what happens when the answer is no list.
(() => {
  const byId = (id) => document.getElementById(id);
  const here = (link = location) => {
    const { pathname, search } = new URL(link, location);
    return pathname + search;
  };
  let shown = here();
  let left; // what the reader leaves behind at a swap

  // htmx notes the current address in the tab's storage. Nothing is to be stored, and it works without the note.
  const forget = () => {
    try {
      sessionStorage.removeItem("htmx-current-path-for-history");
    } catch {
      // The reader has forbidden storage.
    }
  };

  // A ticked box is found again by its id. What is gone gives the focus to what stands in its place now.
  const whereTo = ({ focus, chip }) =>
    byId(focus.id) || byId(focus.closest("details")?.id)?.querySelector("summary") ||
    (chip >= 0 && document.querySelectorAll(".chip")[chip]) || byId("count");

  // On a phone the form is unfolded by its address; to apply it is to have seen enough of it.
  const applied = ({ requestConfig }) => requestConfig.triggeringEvent?.type === "submit";
  const fold = () => byId("filters").matches(":target") && location.replace("#results");

  document.addEventListener("htmx:configRequest", ({ detail }) => {
    for (const [name, value] of [...detail.formData]) if (!value) detail.formData.delete(name);
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    byId("lost").hidden = true;
    if (here(event.detail.pathInfo.finalRequestPath) !== shown) return;
    event.preventDefault();
    if (!applied(event.detail)) return;
    fold();
    byId("count").focus();
  });

  // Somebody who goes on typing or ticking does not wait for the former question.
  byId("filters").addEventListener("input", () => htmx.trigger("#list", "htmx:abort"));

  document.addEventListener("htmx:beforeSwap", (event) => {
    const { serverResponse, pathInfo } = event.detail;
    if (!serverResponse.includes('id="results"')) {
      event.preventDefault();
      location.assign(pathInfo.finalRequestPath);
      return;
    }
    const focus = document.activeElement;
    left = {
      focus,
      inside: byId("list").contains(focus),
      chip: [...document.querySelectorAll(".chip")].indexOf(focus),
      page: focus.closest(".pages"),
      top: focus.getBoundingClientRect().top,
      groups: new Map([...document.querySelectorAll(".filter-group")].map(({ id, open }) => [id, open])),
    };
  });

  document.addEventListener("htmx:afterSwap", ({ target, detail }) => {
    if (target.id !== "results") return;
    shown = here();
    forget();
    for (const group of document.querySelectorAll(".filter-group")) group.open = left.groups.get(group.id) ?? group.open;
    if (left.inside && !left.focus.isConnected) whereTo(left).focus({ preventScroll: true });
    if (left.page) byId("results").scrollIntoView();
    else if (left.inside) scrollBy(0, document.activeElement.getBoundingClientRect().top - left.top);
    const isWrong = byId("wrong").childElementCount > 0;
    byId("filters").classList.toggle("filters-wrong", isWrong);
    if (applied(detail)) isWrong ? byId("wrong").focus() : fold();
    // Where the focus is on the heading, that is read anyhow.
    const said = [document.activeElement.id !== "count" && byId("count"), document.querySelector(".pages span")];
    byId("said").textContent = said.filter(Boolean).map(({ textContent }) => textContent.trim()).join(". ");
  });

  // On the way back the address has changed already and cannot stand above another list: then the browser itself says
  // that the page cannot be had, and has it as soon as it can.
  for (const failure of ["htmx:sendError", "htmx:timeout"])
    document.addEventListener(failure, () => {
      if (here() !== shown) location.reload();
      else byId("lost").hidden = false;
    });

  // Back and forward ask the server again; htmx itself would not show a list that was refused.
  document.addEventListener("htmx:historyCacheMiss", (event) => event.preventDefault());
  addEventListener("popstate", () => {
    htmx.trigger("#list", "htmx:abort");
    if (here() !== shown) htmx.ajax("GET", here(), { source: "#list", push: "false" }).catch(() => {}); // said by the events above
  });

  forget();
})();
