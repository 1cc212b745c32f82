// Browsers can't show the answer to a form again. When one that was refused is reloaded, or on the way
// back to it, the page of the form is opened instead, with what was typed; secrets are not kept.
const refused = document.querySelector("[data-refused]") && !document.querySelector("[name^='carried:']");
const [way] = performance.getEntriesByType("navigation");
const forms = () => [...document.forms].filter((form) => form.method === "post");
const named = (form) => form.getAttribute("action") + (form.elements.act?.value ?? "");
const typed = (form) => [...form.elements].filter((one) => one.name && one.name !== "code" && !/hidden|password|submit/.test(one.type));

function keep() {
  const kept = forms().map((form) => [named(form), typed(form).map((one) => [one.name, one.value, one.checked])]);
  sessionStorage.setItem(location.href, JSON.stringify(kept));
}

function restore(kept) {
  for (const form of forms()) {
    const found = kept.find(([name]) => name === named(form));
    for (const [name, value, checked] of found?.[1] ?? []) {
      const same = typed(form).filter((one) => one.name === name);
      for (const one of same) {
        if (!/checkbox|radio/.test(one.type)) { if (same.length === 1) one.value = value; }
        else if (one.value === value) one.checked = checked;
      }
    }
  }
}

const kept = !refused && /reload|back_forward/.test(way?.type) && sessionStorage.getItem(location.href);
if (refused && document.referrer.startsWith(`${location.origin}/`)) history.replaceState(null, "", document.referrer);
if (kept) restore(JSON.parse(kept));
if (refused || kept) addEventListener("pagehide", keep);
addEventListener("submit", () => {
  removeEventListener("pagehide", keep);
  sessionStorage.removeItem(location.href);
});
