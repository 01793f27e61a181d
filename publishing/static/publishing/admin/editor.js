// What the portal adds to the rich text editor: see RICH_TEXT in publishing/text.py.

import { Extension, Link, Plugin, updateAttrsDialog } from "django-prose-editor/editor"

// Only what says that it is an address becomes a link by itself: "Second.ONE" at the end of a sentence does not.
const isAddress = (text) => /^(https?:\/\/|www\.|mailto:|tel:)/i.test(text)

export const PortalLink = Link.extend({
  addOptions() {
    return { ...this.parent?.(), defaultProtocol: "https", shouldAutoLink: isAddress, texts: {} }
  },

  addCommands() {
    const { texts } = this.options
    const properties = {
      href: { type: "string", title: texts.address, description: texts.help },
      title: { type: "string", title: texts.title },
    }
    return {
      ...this.parent?.(),
      addLink: () => ({ editor }) => {
        if (editor.state.selection.empty && !editor.isActive("link")) return
        updateAttrsDialog(properties, { title: texts.dialog })(editor, editor.getAttributes("link")).then((attrs) => {
          if (attrs) editor.chain().focus().extendMarkRange("link").setMark("link", attrs).run()
        })
      },
    }
  },
})

// Lines that a PDF broke inside a sentence are one paragraph; an empty line ends it. A word broken by a hyphen keeps its
// line end, as a separator that makes no paragraph: the portal joins it when it stores the text.
const LONG_LINE = 50

const joinedLines = (text) =>
  text
    .replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, "\n")
    .replace(/\u00ad\n/g, "-\n")
    .split("\n")
    .reduce((lines, line) => {
      const before = lines.at(-1)?.trimEnd() ?? ""
      const broken = /\p{Ll}{2}-$/u.test(before)
      const goesOn = /^\s*\p{Ll}/u.test(line) && (broken || (before.length >= LONG_LINE && /[\p{L}\p{N}],?$/u.test(before)))
      return goesOn ? [...lines.slice(0, -1), before + (broken ? "\u2028" : " ") + line.trimStart()] : [...lines, line]
    }, [])
    .join("\n")

// Word and others say in styles what is bold. The content security policy blocks styles before the editor could read
// them, so that they are read here; headings of other levels than ours get the nearest one.
const MARKS = [
  [/(^|;)font-weight:(bold|[6-9]00)/i, "strong"],
  [/(^|;)font-style:(italic|oblique)/i, "em"],
  [/(^|;)vertical-align:super/i, "sup"],
  [/(^|;)vertical-align:sub/i, "sub"],
]
const PLAIN = { B: /(^|;)font-weight:(normal|[1-4]00)/i, I: /(^|;)font-style:normal/i } // not "mso-bidi-font-weight"

const withoutStyles = (html) => {
  const safe = html
    .replace(/<style[\s>][\s\S]*?<\/style>/gi, "")
    .replace(/(<[a-z][^<>]*?\s)style(?=\s*=)/gi, "$1data-style")
    .replace(/<(\/?)h1(?=[\s>])/gi, "<$1h2")
    .replace(/<(\/?)h[456](?=[\s>])/gi, "<$1h3")
  const { body } = new DOMParser().parseFromString(safe, "text/html")
  for (const element of body.querySelectorAll("[data-style]")) {
    const style = element.dataset.style.replace(/\s/g, "")
    for (const [pattern, name] of MARKS) {
      if (!pattern.test(style) || element.closest(name)) continue
      const mark = document.createElement(name)
      mark.append(...element.childNodes)
      element.append(mark)
    }
    element.removeAttribute("data-style")
    if (PLAIN[element.tagName]?.test(style)) element.replaceWith(...element.childNodes)
  }
  return body.innerHTML
}

export const Pasting = Extension.create({
  name: "pasting",
  addProseMirrorPlugins: () => [
    new Plugin({ props: { transformPastedText: joinedLines, transformPastedHTML: withoutStyles } }),
  ],
})
