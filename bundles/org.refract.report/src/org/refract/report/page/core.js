"use strict";
/* What every part of the page needs: data that arrive as scripts (a page opened from a disk may not fetch), elements, numbers. */
const Refract = (() => {
  const arrived = new Map();
  const waiting = new Map();

  /** Called by the data files: keeps what they bring. */
  function data(name, value) {
    arrived.set(name, value);
  }

  /** The data of a file under data/, loaded once. */
  function load(name) {
    if (arrived.has(name)) {
      return Promise.resolve(arrived.get(name));
    }
    if (!waiting.has(name)) {
      waiting.set(name, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = "data/" + encodeURIComponent(name) + ".js";
        script.onload = () => resolve(arrived.get(name));
        script.onerror = () => reject(new Error("The file data/" + name + ".js is missing from this report."));
        document.head.append(script);
      }));
    }
    return waiting.get(name);
  }

  /** An element: h("p", {class: "note"}, "text", child ...). Text is always text, never markup. */
  function h(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (name.startsWith("on")) {
        element.addEventListener(name.slice(2), value);
      } else if (name === "style") {
        for (const [property, v] of Object.entries(value)) {
          element.style.setProperty(property, v);
        }
      } else if (value === true) {
        element.setAttribute(name, "");
      } else if (value !== false && value !== null && value !== undefined) {
        element.setAttribute(name, value);
      }
    }
    element.append(...children.flat().filter(c => c !== null && c !== undefined && c !== ""));
    return element;
  }

  const whole = value => Math.round(value).toLocaleString("en").replaceAll(",", "\u202f");

  /** Three significant digits; small shares as powers of ten. */
  function number(value) {
    if (value === null || value === undefined || !Number.isFinite(value)) {
      return "–";
    }
    const size = Math.abs(value);
    if (Number.isInteger(value) || size >= 1000) {
      return whole(value);
    }
    return size >= 0.001 ? String(Number(value.toPrecision(3))) : value === 0 ? "0" : value.toExponential(1).replace("e-", "·10⁻").replace(/⁻(\d+)/,
      (_, digits) => "⁻" + [...digits].map(d => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]).join(""));
  }

  /** A share as a percentage. */
  function percent(share) {
    if (!Number.isFinite(share)) {
      return "–";
    }
    const value = share * 100;
    return (value >= 10 || value === 0 ? value.toFixed(value >= 99.95 || value === 0 ? 0 : 1) : value >= 0.1 ? value.toFixed(2) : value >= 0.001 ? value.toFixed(3) : "< 0.001")
      + "\u202f%";
  }

  function duration(seconds) {
    const s = Math.round(seconds);
    return s < 60 ? s + "\u202fs" : s < 3600 ? Math.floor(s / 60) + ":" + String(s % 60).padStart(2, "0") + "\u202fmin"
      : Math.floor(s / 3600) + ":" + String(Math.floor(s / 60) % 60).padStart(2, "0") + "\u202fh";
  }

  /** A command line with a button that copies it. */
  function command(text) {
    const button = h("button", {type: "button", "aria-label": "Copy the command", onclick: () => {
      const copied = navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject();
      copied.then(() => button.textContent = "copied", () => getSelection().selectAllChildren(code));
      setTimeout(() => button.textContent = "copy", 1600);
    }}, "copy");
    const code = h("code", {}, text);
    return h("div", {class: "command"}, code, button);
  }

  const colour = index => "var(--block-" + index % 6 + ")";

  /** A module path without what all of them share: {@code down.2.attentions.1}. */
  const shortPath = path => path.replace(/^unet\./, "").replace(/_blocks?(?=\.)/, "");

  /** A block's short name in its colour. */
  function blockName(block) {
    return h("span", {class: "block-name", style: {"--block": colour(block.index)}}, block.name);
  }

  const later = new Set();
  const whenIdle = window.requestIdleCallback || (work => setTimeout(work, 50));

  /** Runs the work once: when an element comes near the screen, or when there is nothing else to do, so that print and captures of the whole page miss nothing. */
  function whenNear(element, work) {
    const task = () => {
      if (later.delete(task)) {
        observer.disconnect();
        work();
      }
    };
    const observer = new IntersectionObserver(entries => entries.some(e => e.isIntersecting) && task(), {rootMargin: "500px"});
    later.add(task);
    observer.observe(element);
    if (later.size === 1) {
      whenIdle(nextOfLater);
    }
  }

  /** Does what waits, a piece at a time. */
  function nextOfLater() {
    const [task] = later;
    if (task) {
      task();
      whenIdle(nextOfLater);
    }
  }

  addEventListener("beforeprint", () => [...later].forEach(task => task()));

  /** Makes tabs of buttons as keyboards know them: one stop for Tab, arrows and Home and End between them. */
  function tabs(list, name) {
    const select = chosen => [...list.children].forEach(tab => {
      tab.setAttribute("aria-selected", tab === chosen);
      tab.tabIndex = tab === chosen ? 0 : -1;
    });
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", name);
    list.addEventListener("click", event => event.target.closest("[role=tab]") && select(event.target.closest("[role=tab]")));
    list.addEventListener("keydown", event => {
      const all = [...list.children];
      const at = all.indexOf(document.activeElement);
      const to = {ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: -1}[event.key];
      if (at >= 0 && to !== undefined) {
        event.preventDefault();
        const next = all.at(to % all.length);
        next.focus();
        next.click();
      }
    });
    return select;
  }

  let tipElement = null;

  /** Shows a note beside the pointer; hides it without content. */
  function tip(event, ...content) {
    if (tipElement === null) {
      tipElement = h("div", {class: "tip hidden", role: "status"});
      document.body.append(tipElement);
    }
    tipElement.classList.toggle("hidden", content.length === 0);
    if (content.length > 0) {
      tipElement.replaceChildren(...content);
      const box = tipElement.getBoundingClientRect();
      tipElement.style.left = Math.max(6, Math.min(event.clientX + 14, innerWidth - box.width - 8)) + "px";
      tipElement.style.top = Math.max(6, event.clientY - box.height - 12 < 6 ? event.clientY + 16 : event.clientY - box.height - 12) + "px";
    }
  }

  return {data, load, h, whole, number, percent, duration, command, colour, shortPath, blockName, whenNear, tabs, tip};
})();
