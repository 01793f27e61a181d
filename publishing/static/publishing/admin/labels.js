/* The rich text editor and Django's searching selects put elements of their own in the place of a field, without its
   label. Here they get it. */

function label(field, element) {
    const own = field && document.querySelector(`label[for="${CSS.escape(field.id)}"]`);
    if (own) {
        element.setAttribute("aria-label", own.textContent.trim().replace(/:$/, ""));
        element.removeAttribute("aria-labelledby");
    }
}

// The editor names its buttons in English only; the words stand in locale/ru/LC_MESSAGES/djangojs.po.
function translate(button) {
    const words = window.gettext?.(button.title) ?? button.title;
    if (words !== button.title) {
        button.title = words;
        button.setAttribute("aria-label", words);
    }
}

function labelAll() {
    document.querySelectorAll(".prose-menubar__button[title]").forEach(translate);
    for (const text of document.querySelectorAll(".prose-editor .ProseMirror")) {
        label(text.closest(".prose-editor").querySelector("textarea"), text);
    }
    for (const select of document.querySelectorAll(".select2-container")) {
        const field = select.previousElementSibling;
        for (const part of select.querySelectorAll(".select2-selection, .select2-search__field, [role=textbox]")) {
            label(field, part);
        }
    }
}

// Some are made when the page is there, some a moment later, and none of them tells.
window.addEventListener("load", () => [0, 250, 1500].forEach((wait) => setTimeout(labelAll, wait)));
// An empty form begins at its first field. Django takes the button above it; who has gone elsewhere stays there.
const FIRST = "#content-main fieldset :is(input:not([type=hidden], [type=submit]), textarea, select):enabled";
window.addEventListener("load", () => {
    const at = document.activeElement;
    if (location.pathname.endsWith("/add/") && (at === document.body || at.type === "submit")) {
        document.querySelector(FIRST)?.focus();
    }
});
document.addEventListener("formset:added", () => setTimeout(labelAll));
