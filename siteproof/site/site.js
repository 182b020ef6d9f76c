"use strict";
// The menu is open where there is room for it; the search looks into an index that is fetched when it is asked for.
const menu = document.querySelector(".menu details");
const wide = window.matchMedia("(min-width: 761px)");
const fit = () => { if (menu) menu.open = wide.matches; };
fit();
wide.addEventListener("change", fit);
const box = document.querySelector(".search");
if (box) {
  const field = box.querySelector("input"), list = box.querySelector("ol");
  field.hidden = false;
  const load = () => {
    if (box.dataset.asked) return;
    box.dataset.asked = "1";
    const script = document.createElement("script");
    script.src = box.dataset.index;
    if (location.protocol !== "file:") { script.integrity = box.dataset.digest; script.crossOrigin = "anonymous"; }
    script.onload = show;
    document.head.append(script);
  };
  const rank = (entry, words) => {
    const name = entry[0].toLowerCase(), text = (entry[0] + " " + entry[3] + " " + entry[2]).toLowerCase();
    if (!words.every((word) => text.includes(word))) return 0;
    return 1 + words.reduce((sum, word) => sum + (name === word ? 8 : name.startsWith(word) ? 4 : name.includes(word) ? 2 : 0), 0);
  };
  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = (window.siteproofIndex || []).map((entry) => [rank(entry, words), entry]);
    const best = words.length ? found.filter(([score]) => score).sort((one, other) => other[0] - one[0]).slice(0, 20) : [];
    list.replaceChildren(...best.map(([, [name, address, words, page]]) => {
      const item = document.createElement("li"), link = document.createElement("a");
      const title = document.createElement("b"), more = document.createElement("small");
      link.href = box.dataset.root + address;
      title.textContent = name;
      more.textContent = words ? page + ": " + words : page;
      link.append(title, more);
      item.append(link);
      return item;
    }));
    list.hidden = !best.length;
  };
  field.addEventListener("focus", load);
  field.addEventListener("input", () => { load(); show(); });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement === document.body) { event.preventDefault(); field.focus(); }
    if (event.key === "Escape") { list.hidden = true; field.blur(); }
    if (event.key === "Enter" && document.activeElement === field && list.querySelector("a")) list.querySelector("a").click();
    if (event.key === "ArrowDown" && document.activeElement === field && list.querySelector("a")) { event.preventDefault(); list.querySelector("a").focus(); }
  });
}
document.body.dataset.ready = "yes";
