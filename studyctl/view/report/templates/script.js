"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  const search = document.getElementById("search");
  const found = document.getElementById("found");
  const keys = document.getElementById("keys");

  // Dark or light: what the system says until somebody chooses.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const remember = (value) => { try { localStorage.setItem("studyctl-theme", value); } catch { /* not everywhere */ } };
  try {
    const kept = localStorage.getItem("studyctl-theme");
    if (kept === "dark" || kept === "light") root.dataset.theme = kept;
  } catch { /* not everywhere */ }
  const turn = () => {
    const now = root.dataset.theme || (dark.matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    remember(root.dataset.theme);
  };

  // Search: every item by its own words, without those of the items below it.
  const norm = (text) => text.normalize("NFC").toLowerCase();
  let index = null;
  const own = (article) => {
    const parts = [];
    for (const child of article.children) if (!child.classList.contains("below")) parts.push(child.textContent);
    return norm(parts.join(" ").replace(/\s+/g, " "));
  };
  const build = () => {
    index = all("article").map((article) => {
      const topics = [];
      for (let up = article.parentElement; up; up = up.parentElement) {
        if (up.matches(".topic, .note")) topics.push(norm(up.querySelector("h2, .heading").textContent));
      }
      return {
        article,
        words: own(article) + " " + topics.join(" "),
        state: article.dataset.state || "",
        parent: article.parentElement.closest("article"),
      };
    });
  };
  const groups = all(".topic, .note, .runs");
  const overview = all(".answers > li");
  const filter = () => {
    const wanted = norm(search.value).split(/\s+/).filter(Boolean);
    const chosen = document.querySelector("input[name=state]:checked");
    const state = chosen ? chosen.value : "";
    const narrowed = wanted.length > 0 || state !== "";
    if (narrowed && !index) build();
    let items = 0, runs = 0;
    const shown = new Set();
    for (const one of index || []) {
      const hit = !narrowed ||
        ((!state || one.state === state) && wanted.every((word) => one.words.includes(word)));
      if (!hit) continue;
      if (narrowed && one.article.classList.contains("run")) runs += 1; else items += 1;
      for (let up = one.article; up && !shown.has(up); up = up.parentElement.closest("article")) shown.add(up);
    }
    for (const one of index || []) {
      one.article.hidden = narrowed && !shown.has(one.article);
    }
    for (const group of groups) {
      group.hidden = narrowed && !group.querySelector("article:not([hidden])");
    }
    for (const line of overview) {
      const id = line.querySelector("a").hash.slice(1);
      const article = document.getElementById(id);
      line.hidden = narrowed && !(article && shown.has(article));
    }
    root.classList.toggle("narrowed", narrowed);
    found.textContent = !narrowed ? "" :
      `${items} ${items === 1 ? "item" : "items"}${runs ? ` and ${runs} ${runs === 1 ? "run" : "runs"}` : ""}`;
    mark(wanted);
  };

  // Marks the words where the browser can do so without touching the page.
  const MOST_MARKED = 1000;
  const mark = (wanted) => {
    if (!("highlights" in CSS)) return;
    CSS.highlights.delete("found");
    if (!wanted.length) return;
    const ranges = [];
    const main = document.getElementById("main");
    const walker = document.createTreeWalker(main, NodeFilter.SHOW_ALL, (node) => node.nodeType === Node.TEXT_NODE
      ? NodeFilter.FILTER_ACCEPT
      : node.hidden ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP);
    for (let node = walker.nextNode(); node && ranges.length < MOST_MARKED; node = walker.nextNode()) {
      const text = node.data.toLowerCase();
      if (text.length !== node.data.length) continue;
      for (const word of wanted) {
        for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
          const range = document.createRange();
          range.setStart(node, at);
          range.setEnd(node, at + word.length);
          ranges.push(range);
        }
      }
    }
    CSS.highlights.set("found", new Highlight(...ranges));
  };

  const everything = () => {
    search.value = "";
    const first = document.querySelector("input[name=state]");
    if (first) first.checked = true;
    filter();
  };
  let waiting = 0;
  search.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(filter, 80); });
  search.form.addEventListener("submit", (event) => { event.preventDefault(); filter(); });
  for (const one of all("input[name=state]")) one.addEventListener("change", filter);

  // A link to something that the search hides shows everything again, and opens what it leads into.
  const arrive = () => {
    let target = null;
    try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch { return; }
    if (!target) return;
    if (target.closest("[hidden]")) everything();
    const closed = target.closest("details:not([open])");
    if (closed) closed.open = true;
    target.scrollIntoView();
    if (target.matches("article")) target.focus({ preventScroll: true });
  };
  addEventListener("hashchange", arrive);

  const step = (selector, by) => {
    const list = all(selector).filter((one) => !one.closest("[hidden]"));
    if (!list.length) return;
    const here = document.activeElement && document.activeElement.closest("article");
    let at = here ? list.indexOf(here) : -1;
    if (at < 0) {
      const top = scrollY;
      const next = list.findIndex((one) => one.getBoundingClientRect().top + scrollY > top + 4);
      at = by > 0 ? (next < 0 ? list.length : next) - 1 : next < 0 ? list.length : next;
    }
    const target = list[Math.min(Math.max(at + by, 0), list.length - 1)];
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "start" });
  };
  const fold = () => {
    const parts = all("main details");
    const open = !parts.every((one) => one.open);
    for (const one of parts) one.open = open;
  };
  const help = () => { if (!keys.open) keys.showModal(); };

  document.getElementById("theme").addEventListener("click", turn);
  document.getElementById("help").addEventListener("click", help);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || keys.open) return;
    const typing = event.target instanceof HTMLInputElement && event.target.type === "search";
    if (event.key === "Escape") {
      if (typing) search.blur();
      everything();
      return;
    }
    if (typing) return;
    const does = {
      "/": () => search.focus(), j: () => step("article.item", 1), k: () => step("article.item", -1),
      n: () => step("article.item:has(> .answer)", 1), p: () => step("article.item:has(> .answer)", -1),
      e: fold, t: turn, "?": help,
    }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });

  // On paper everything is there, whatever was closed.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed.push(...all("main details:not([open])"));
    for (const one of closed) one.open = true;
    for (const image of all("img[loading=lazy]")) image.loading = "eager";
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
    closed = [];
  });

  // On a phone the contents come when they are asked for.
  if (matchMedia("(max-width: 62rem)").matches) document.getElementById("contents").open = false;
  if (location.hash) arrive();
})();
