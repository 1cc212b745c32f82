// The map of the city follows the boxes beside it, and a click on it ticks one.
const form = document.querySelector("[data-areas]");
const boxes = new Map([...form.querySelectorAll("input[type=checkbox]")].map((box) => [box.value, box]));
const areas = [...form.querySelectorAll("[data-line]")].map((area) => [area, area.dataset.line.split(" ")]);

function draw() {
  for (const [area, line] of areas)
    area.setAttribute("class", line.some((slug) => boxes.get(slug)?.checked) ? "marked" : "land");
}

form.addEventListener("change", draw);
for (const [area, line] of areas)
  area.addEventListener("click", () => {
    // What is marked by something larger is taken from it: the larger one goes, and its other parts stay.
    const larger = line.slice(1).find((slug) => boxes.get(slug)?.checked);
    if (larger) {
      boxes.get(larger).checked = false;
      for (const [, other] of areas) if (other.includes(larger)) boxes.get(other[0]).checked = true;
      boxes.get(line[0]).checked = false;
    } else boxes.get(line[0]).checked = !boxes.get(line[0]).checked;
    boxes.get(line[0]).closest("details").open = true;
    draw();
  });
form.querySelector("svg").classList.add("can-choose");
draw();
