// What came a little too fast is sent again by itself when it may be.
for (const form of document.querySelectorAll("form[data-wait]")) {
  const said = form.querySelector("[role=status]");
  const until = performance.now() + form.dataset.wait * 1000;
  const tick = () => {
    const left = Math.ceil((until - performance.now()) / 1000);
    if (left <= 0) return form.requestSubmit();
    said.textContent = form.dataset.text.replace("{n}", left);
    setTimeout(tick, 250);
  };
  tick();
}
