"use strict";
/* The feature atlas: a searchable gallery and landscape of each block's features. */
const Atlas = (() => {
  const {h, whole, number, percent, colour} = Refract;
  const PAGE = 24;
  const orders = [
    ["score", "clearest label", f => f.label ? f.score : -Infinity], ["energy", "share of activation", f => f.density * f.mean], ["density", "density", f => f.density], ["rare", "rarest first", f => f.density > 0 ? -f.density : -2],
    ["mean", "mean activation", f => f.mean], ["max", "largest activation", f => f.max], 
    ["latent", "number", f => -f.latent],
  ];

  let listed = {block: null, latents: []};

  /** The latents of a block in the order in which they are listed now; where another block is listed, its live ones by number. */
  async function order(block) {
    return listed.block === block ? listed.latents : (await Features.all(block)).filter(f => f.density > 0).map(f => f.latent);
  }

  function section(run) {
    const state = {block: run.blocks[0], text: "", order: "score", dead: false, shown: PAGE};
    const tabs = h("div", {class: "tabs"});
    const select = Refract.tabs(tabs, "Blocks");
    const search = h("input", {type: "search", placeholder: "Search labels and prompts …", "aria-label": "Search features", oninput: () => {
      state.text = search.value;
      state.shown = PAGE;
      refresh();
    }});
    const order = h("select", {"aria-label": "Order", onchange: () => {
      state.order = order.value;
      state.shown = PAGE;
      refresh();
    }}, orders.map(([value, name]) => h("option", {value}, name)));
    const dead = h("input", {type: "checkbox", onchange: () => {
      state.dead = dead.checked;
      refresh();
    }});
    const count = h("p", {class: "count", role: "status"});
    const cards = h("div", {class: "cards"});
    const more = h("div", {class: "more"}, h("button", {type: "button", onclick: () => {
      state.shown += 2 * PAGE;
      refresh(true);
    }}, "Show more"));
    const map = h("figure", {class: "figure"});
    let landscape = null;
    let turn = 0;

    function choose(block) {
      state.block = block;
      state.shown = PAGE;
      select([...tabs.children].find(tab => tab.dataset.index === String(block.index)));
      Features.all(block).then(features => {
        landscape = Charts.landscape(features, colour(block.index), latent => Feature.open(block, latent));
        map.replaceChildren(h("p", {class: "chart-title"}, "All " + whole(features.filter(f => f.density > 0).length) + " live features of " + block.name),
          h("p", {class: "chart-sub"}, "Each dot is a feature. Point to see its name, click to open it; a search dims what does not fit."), landscape.element);
        refresh();
      });
    }

    async function refresh(append) {
      const mine = ++turn;
      const {block} = state;
      const features = await Features.all(block);
      const words = state.text.toLowerCase().split(/\s+/).filter(Boolean);
      const number = /^#?(\d+)$/.exec(state.text.trim());
      const fits = f => number ? f.latent === Number(number[1]) : words.every(w => f.text.includes(w));
      const key = orders.find(o => o[0] === state.order)[2];
      const found = features.filter(f => (state.dead || number || f.density > 0) && fits(f)).sort((a, b) =>
        Number(hit(b, words)) - Number(hit(a, words)) || key(b) - key(a) || a.latent - b.latent);
      if (mine !== turn) {
        return;
      }
      listed = {block, latents: found.map(f => f.latent)};
      count.textContent = found.length === 0 ? "No feature fits; try another word or another block."
        : whole(found.length) + (found.length === 1 ? " feature" : " features") + (state.text ? " for “" + state.text + "”" : "");
      const from = append ? cards.children.length : 0;
      const fresh = found.slice(from, state.shown).map(f => card(block, f));
      append ? cards.append(...fresh) : cards.replaceChildren(...fresh);
      more.classList.toggle("hidden", found.length <= state.shown);
      landscape && landscape.filter(fits);
    }

    run.blocks.forEach(block => tabs.append(h("button", {type: "button", role: "tab", "data-index": block.index, style: {"--block": colour(block.index)},
      onclick: () => choose(block)}, Refract.blockName(block), h("small", {}, block.role || block.point))));
    const place = h("div", {}, tabs, map, h("div", {class: "tools"}, search, h("label", {}, "by", order), h("label", {}, dead, "dead too"), ...Pictures.controls()),
      count, cards, more);
    Refract.whenNear(place, () => choose(state.block));
    return place;
  }

  const hit = (f, words) => words.length > 0 && words.every(w => f.label.toLowerCase().includes(w));

  /** A feature's icon, or its strongest example where there is none. */
  function icon(block, latent, name) {
    if (block.icons && block.icons.slots[latent] >= 0) {
      return Pictures.picture(block.icons, block.icons.slots[latent], null, name);
    }
    const run = Page.run;
    const holder = h("canvas", {width: 8, height: 8});
    Refract.whenNear(holder, () => Features.detail(block, latent).then(d => {
      if (d.examples.length > 0) {
        holder.replaceWith(Pictures.picture(run.pictures, d.examples[0].slot, null, name));
      }
    }));
    return holder;
  }

  function card(block, feature) {
    const strip = h("div", {class: "strip"});
    const element = h("button", {type: "button", class: "card", style: {"--block": colour(block.index)}, "aria-label": (feature.label || "unnamed feature") + ", number " + feature.latent,
      onclick: () => Feature.open(block, feature.latent)},
    h("div", {class: "head"}, icon(block, feature.latent, "icon"), h("div", {style: {"min-width": 0}},
      h("div", {class: "name" + (feature.label ? "" : " unnamed")}, feature.label || (feature.density > 0 ? "no name" : "never active")),
      h("div", {class: "where"}, "#" + feature.latent))), strip,
    h("div", {class: "facts-line"}, h("span", {title: "share of positions at which it is active"}, percent(feature.density)),
      h("span", {title: "mean activation where active"}, "mean " + number(feature.mean)), h("span", {title: "largest activation"}, "max " + number(feature.max))));
    Refract.whenNear(element, () => Features.detail(block, feature.latent).then(d => strip.append(...d.examples.slice(0, 6).map(e =>
      Pictures.picture(Page.run.pictures, e.slot, e.heat, "example")))));
    return element;
  }

  return {section, icon, order};
})();
