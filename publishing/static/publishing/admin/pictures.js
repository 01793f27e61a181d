// The portal's pictures in forms: a dialog to choose one, for the text (a button of the editor) and for the field
// "picture". The text keeps only which picture; what readers see of it is written by the server.

import { Node, pm } from "django-prose-editor/editor";

const made = (tag, properties = {}, children = []) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};

const fetched = async (url, query) => {
  const answer = await fetch(`${url}?${new URLSearchParams(query)}`);
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.json();
};

const thumbnail = (picture) =>
  made("img", { src: picture.thumbnail, alt: "", className: "preview", width: 160, height: 107, loading: "lazy" });

// Opens the dialog; what was chosen, or null.
function choose({ url, words }) {
  const title = made("h2", { id: "choose-picture", textContent: words.title });
  const query = made("input", { type: "search", maxLength: 100, ariaLabel: words.search });
  const list = made("ul");
  const none = made("p", { role: "status" });
  const more = made("button", { type: "button", textContent: words.more, className: "button", hidden: true });
  const add = made("a", { textContent: words.add, target: "_blank", hidden: true });
  const cancel = made("button", { type: "button", textContent: words.cancel, className: "button" });
  const search = made("form", { method: "dialog" }, [
    query,
    made("button", { type: "submit", textContent: words.search, className: "button" }),
  ]);
  const feet = made("p", { className: "choose-picture-feet" }, [more, cancel, add]);
  const dialog = made("dialog", { className: "choose-picture" }, [title, search, list, none, feet]);
  dialog.setAttribute("aria-labelledby", title.id);
  document.body.append(dialog);

  let page = 1;
  let chosen = null;
  let asked = 0;

  const show = async (next) => {
    page = next;
    const mine = ++asked;
    const answer = await fetched(url, { q: query.value, page });
    if (mine !== asked) return; // a later search was quicker
    const buttons = answer.pictures.map((picture) => {
      const button = made("button", { type: "button" }, [
        thumbnail(picture),
        made("strong", { textContent: picture.label }),
        made("span", { textContent: picture.about }),
        ...(picture.hidden ? [made("em", { textContent: picture.hidden })] : []),
      ]);
      button.addEventListener("click", () => {
        chosen = picture;
        dialog.close();
      });
      return made("li", {}, [button]);
    });
    if (page === 1) list.replaceChildren();
    list.append(...buttons);
    if (page > 1) buttons[0]?.firstChild.focus();
    none.textContent = list.children.length ? "" : words.none;
    more.hidden = !answer.more;
    add.hidden = !answer.add;
    add.href = answer.add;
  };

  search.addEventListener("submit", (event) => {
    event.preventDefault();
    show(1);
  });
  more.addEventListener("click", () => show(page + 1));
  cancel.addEventListener("click", () => dialog.close());
  // Back from the tab in which a picture was added: it is the newest.
  const again = () => show(1);
  add.addEventListener("click", () => window.addEventListener("focus", again, { once: true }));

  dialog.showModal();
  show(1);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      window.removeEventListener("focus", again);
      dialog.remove();
      resolve(chosen);
    });
  });
}

// Beside each field "picture" the same dialog, and the picture that was chosen.
let offered = false;

function offerInFields(options) {
  if (offered) return;
  offered = true;
  for (const select of document.querySelectorAll("select.admin-autocomplete[data-field-name=picture]")) {
    const shown = made("p", { className: "chosen-picture" });
    const show = async () => {
      const { value } = select;
      const pictures = value ? (await fetched(options.url, { pk: value })).pictures : [];
      if (value === select.value) shown.replaceChildren(...pictures.map(thumbnail));
    };
    const wrapper = select.closest(".related-widget-wrapper") || select.parentElement;
    wrapper.after(shown);
    window.django.jQuery(select).on("change", show);
    show();
    if (select.disabled) continue;
    const button = made("button", { type: "button", className: "button", textContent: `${options.words.title}…` });
    button.addEventListener("click", async () => {
      const picture = await choose(options);
      if (!picture) return;
      if (![...select.options].some((option) => option.value === String(picture.pk)))
        select.append(new Option(picture.label, picture.pk));
      select.value = String(picture.pk);
      window.django.jQuery(select).trigger("change");
    });
    shown.after(button);
  }
}

// Whoever types on after a picture was put in writes behind it, and does not replace it.
function goBehind({ tr, state }) {
  const end = tr.selection.$to;
  if (!end.nodeAfter?.isTextblock) tr.insert(end.pos, state.schema.nodes.paragraph.create());
  tr.setSelection(pm.state.TextSelection.near(tr.doc.resolve(end.pos + 1)));
  return true;
}

// The editor's button and what stands in its text.
export const Picture = Node.create({
  name: "picture",
  group: "block",
  atom: true,
  draggable: true,

  addOptions() {
    return { url: "", words: {} };
  },

  onCreate() {
    offerInFields(this.options);
  },

  addAttributes() {
    return {
      key: {
        default: "",
        parseHTML: (element) => element.dataset.picture,
        renderHTML: ({ key }) => ({ "data-picture": key }),
      },
    };
  },

  parseHTML() {
    return [{ tag: "figure[data-picture]" }];
  },

  renderHTML({ HTMLAttributes }) {
    return ["figure", HTMLAttributes, ["img"]]; // with nothing inside, the editor would take the text for empty
  },

  addNodeView() {
    const { url, words } = this.options;
    return ({ node }) => {
      const dom = made("figure", { className: "text-picture" });
      fetched(url, { key: node.attrs.key }).then(({ pictures: [picture] }) => {
        const said = picture ? [picture.label, picture.hidden || picture.about] : [words.gone];
        const lines = said.map((line) => made("span", { textContent: line }));
        if (picture?.hidden) lines[1].className = "errors";
        dom.append(...(picture ? [thumbnail(picture)] : []), made("figcaption", {}, lines));
      });
      return { dom };
    };
  },

  addMenuItems({ menu, buttons }) {
    menu.defineItem({
      name: "picture",
      groups: "link",
      button: buttons.material("image", this.options.words.insert),
      active: (editor) => editor.isActive("picture"),
      command: async (editor) => {
        const picture = await choose(this.options);
        const chain = editor.chain().focus();
        if (picture) chain.insertContent({ type: "picture", attrs: { key: picture.key } }).command(goBehind);
        chain.run();
      },
    });
  },
});
