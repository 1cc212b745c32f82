// The time left of a hold, a slider for credit, and the last step after a bank's question.

class HoldClock extends HTMLElement {
  connectedCallback() {
    // The platform's clock may not be this machine's: what counts is how much is left.
    this.ends = performance.now() + (this.dataset.until - this.dataset.now) * 1000;
    this.timer = setInterval(() => this.show(), 1000);
    this.show();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  show() {
    const left = Math.max(0, Math.ceil((this.ends - performance.now()) / 1000));
    const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    this.querySelector("[data-left]").textContent = this.dataset.text.replace("{time}", time);
    this.querySelector("progress").value = left / 60;
    this.classList.toggle("soon", left < 300);
    const warning = this.querySelector("[data-warning]");
    if (left < 300 && !warning.textContent) warning.textContent = warning.dataset.text;
    if (left) return;
    clearInterval(this.timer);
    location.replace(location.pathname);
  }
}
customElements.define("hold-clock", HoldClock);

// Credit: a slider beside the number; what it changes is fetched when it is let go.
const credit = document.querySelector("[data-credit]");
if (credit) {
  const number = credit.elements.credit;
  const slider = Object.assign(document.createElement("input"), {
    type: "range", min: 0, max: number.max, step: 0.01, value: number.value, className: "credit-slider",
  });
  slider.setAttribute("aria-label", credit.querySelector("label").textContent);
  number.closest(".credit-row").before(slider);

  const update = async () => {
    if (!number.reportValidity()) return;
    const query = new URLSearchParams(new FormData(credit));
    const quoted = document.getElementById("quoted");
    quoted.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${credit.action}?${query}`);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("quoted");
      if (!answer.ok || !fresh) throw new Error();
      quoted.replaceChildren(...fresh.childNodes);
      quoted.removeAttribute("aria-busy");
      history.replaceState(null, "", `?${query}`);
    } catch {
      credit.submit();
    }
  };
  const whole = (cents) => (cents === Number(number.max) ? cents : Math.round(cents)).toFixed(2);
  slider.addEventListener("input", () => { number.value = whole(Number(slider.value)); });
  slider.addEventListener("change", update);
  number.addEventListener("change", () => { slider.value = number.value; update(); });
  credit.addEventListener("submit", (event) => { event.preventDefault(); update(); });
}

// The bank has answered: nobody has to press the button that says so.
document.querySelector("[data-finish]")?.requestSubmit();
