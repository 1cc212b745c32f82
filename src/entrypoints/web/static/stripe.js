// Stripe's own form and its question to the cardholder; a card's number never reaches us.

const opened = (key, locale) => new Promise((resolve, reject) => {
  const script = document.createElement("script");
  script.src = "https://js.stripe.com/v3/";
  script.onload = () => resolve(window.Stripe(key, { locale }));
  script.onerror = reject;
  document.head.append(script);
});

const tell = (place, text) => {
  const mistake = place.querySelector("[data-mistake]");
  mistake.textContent = text || mistake.dataset.mistake;
  mistake.hidden = false;
};

customElements.define("stripe-challenge", class extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("[data-ask]");
    button.addEventListener("click", async () => {
      button.setAttribute("aria-busy", "true");
      try {
        const stripe = await opened(this.dataset.key, this.dataset.locale);
        const { error } = await stripe.handleNextAction({ clientSecret: this.dataset.secret });
        if (!error) return location.reload();
        tell(this, error.message);
      } catch {
        tell(this);
      }
      button.removeAttribute("aria-busy");
    });
  }
});

customElements.define("stripe-card", class extends HTMLElement {
  async connectedCallback() {
    const form = this.closest("form");
    try {
      const answer = await fetch("/api/v1/payment-methods/setup-intents", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: "{}",
      });
      const setup = await answer.json();
      const stripe = await opened(this.dataset.key, this.dataset.locale);
      const elements = stripe.elements({ clientSecret: setup.client_secret });
      const place = this.querySelector("[data-form]");
      place.replaceChildren();
      elements.create("payment").mount(place);
      form.addEventListener("submit", async (event) => {
        if (form.elements.setup.value) return;
        event.preventDefault();
        const { error } = await stripe.confirmSetup({
          elements, redirect: "if_required", confirmParams: { return_url: location.href },
        });
        if (error) return tell(this, error.message);
        form.elements.setup.value = setup.setup_intent_id;
        form.requestSubmit();
      });
    } catch {
      tell(this);
    }
  }
});
