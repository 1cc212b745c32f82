// What every page does a little better with scripts: nothing here is needed.

// A form that is sent twice acts once anyway; this only spares people the wait.
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "get") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(rest, PATIENCE);
});

// Whoever stopped the page, or came back to it, finds its forms as they were: they can be sent again.
const PATIENCE = 8000;
const rest = () => {
  for (const form of document.forms) delete form.dataset.sent;
  for (const busy of document.querySelectorAll("[aria-busy]")) busy.removeAttribute("aria-busy");
};
addEventListener("pageshow", rest);

// What is wrong is read out and seen first.
document.querySelector("[data-focus], [aria-invalid=true]")?.focus();

// The style came inside of this page: once its file is kept, too, the next ones only name it.
const style = document.querySelector("style[data-keep]");
if (style) addEventListener("load", async () => {
  const [file, ...fonts] = style.dataset.keep.split(" ");
  const only = location.protocol === "https:" ? "; secure" : "";
  try {
    await (await fetch(file, {priority: "low"})).blob();
    await Promise.all(fonts.map((font) => new FontFace("kept", `url(${font})`).load()));
    document.cookie = `style=${file.split("/")[2]}; path=/; max-age=31536000; samesite=lax${only}`;
  } catch { /* Whoever went on has it in the next page as well. */ }
});

// A form that was refused comes back with what was typed.
if (document.querySelector("main form[method=post]")) import("./again.js");
