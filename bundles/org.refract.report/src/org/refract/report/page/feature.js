"use strict";
/* The page of one feature, over the report: examples, nearest features, what it does when it is turned. */
const Feature = (() => {
  const {h, whole, number, percent, colour, command} = Refract;
  let dialog = null;
  let here = null;
  /** What the arrows walk through: latents of the block that is shown, and where in them the last listed one stood. */
  let walk = {latents: [], at: 0};
  const clean = () => location.pathname + location.search;

  function ensure() {
    if (dialog === null) {
      dialog = h("dialog", {class: "feature", "aria-label": "Feature", tabindex: -1});
      dialog.addEventListener("click", event => event.target === dialog && dialog.close());
      dialog.addEventListener("close", () => location.hash.startsWith("#feature=") && history.pushState(null, "", clean()));
      dialog.addEventListener("keydown", event => {
        if (event.target.tagName !== "INPUT" && (event.key === "ArrowLeft" || event.key === "ArrowRight")) {
          event.preventDefault();
          step(event.key === "ArrowLeft" ? -1 : 1);
        }
      });
      document.body.append(dialog);
    }
    return dialog;
  }

  /** The next of the list, from its end to its beginning. */
  function step(by) {
    const {latents, at} = walk;
    if (latents.length > 0) {
      walk.at = (at + by + latents.length) % latents.length;
      show(here.block, latents[walk.at]).then(() => history.replaceState(null, "", address()));
    }
  }

  const address = () => "#feature=" + here.block.index + "/" + here.latent;

  /** Shows a feature; Back leads to what was shown before. */
  async function open(block, latent) {
    await show(block, latent);
    await follow();
    if (location.hash !== address()) {
      history.pushState(null, "", address());
    }
  }

  /** Takes the list of the moment; a feature that is not in it stands beside the one that was shown before. */
  async function follow() {
    const {block, latent} = here;
    const latents = await Atlas.order(block);
    const at = latents.indexOf(latent);
    walk = {latents, at: at >= 0 ? at : Math.min(walk.at, Math.max(0, latents.length - 1))};
  }

  async function show(block, latent) {
    const box = ensure();
    const [features, detail, prompts] = await Promise.all([Features.all(block), Features.detail(block, latent), Refract.load("prompts")]);
    const f = features[latent];
    const run = Page.run;
    here = {block, latent};
    box.style.setProperty("--block", colour(block.index));
    const name = f.label || (f.density > 0 ? "no name" : "never active");
    const shown = run.interventions.filter(i => i.block === block.index && i.latent === latent);
    box.replaceChildren(
      h("div", {class: "bar"}, h("button", {class: "icon-button", type: "button", "aria-label": "Previous feature", onclick: () => step(-1)}, "←"),
        h("button", {class: "icon-button", type: "button", "aria-label": "Next feature", onclick: () => step(1)}, "→"),
        h("span", {class: "grow"}, Refract.blockName(block), " ", h("span", {class: "block-path"}, block.point + "#" + latent)),
        h("button", {class: "icon-button", type: "button", "aria-label": "Close", onclick: () => box.close()}, "✕")),
      h("div", {class: "body"},
        h("div", {class: "top"}, Atlas.icon(block, latent, "icon of feature " + latent), h("div", {style: {flex: "1 1 18rem"}}, h("h2", {}, name),
          h("div", {class: "role"}, f.density > 0 ? "Active at " + percent(f.density) + " of positions, in " + whole(f.active) + " of " + whole(block.recordings)
            + " pictures; mean " + number(f.mean) + " ± " + number(f.std) + ", largest " + number(f.max) + "." : "Never active on these recordings."),
          h("ul", {class: "chips", "aria-label": "Words of its label"}, f.terms.slice(0, 10).map(t => h("li", {}, t)))),
        detail.bins.length > 0 ? h("div", {style: {flex: "1 1 16rem", "max-width": "22rem"}}, h("p", {class: "chart-sub"}, "How strong it is where it is active"), bins(detail.bins, block)) : null),
        detail.examples.length > 0 ? [h("h3", {}, "Pictures that activate it most"), h("div", {class: "tools"}, ...Pictures.controls()),
          h("div", {class: "examples"}, detail.examples.map(e => h("div", {}, Pictures.picture(run.pictures, e.slot, e.heat, prompts[e.slot]),
            h("p", {}, prompts[e.slot] || "(empty prompt)"), h("p", {class: "number note"}, "mean " + number(e.strength) + ", max " + number(e.max)))))] : null,
        shown.length > 0 ? [h("h3", {}, "When it is turned"), h("div", {class: "shown"}, shown.map(Interventions.card))] : null,
        detail.near.length > 0 ? [h("h3", {}, "Nearest features"), h("p", {class: "note"}, "By the cosine of what they write; co-active is the share of pictures that they share (Jaccard index)."),
          h("div", {class: "near"}, detail.near.map(n => h("button", {type: "button", onclick: () => open(block, n.latent)}, Atlas.icon(block, n.latent, ""),
            h("span", {}, features[n.latent].label || "#" + n.latent, h("small", {}, "cos " + number(n.cosine) + " · co-active " + percent(n.jaccard))))))] : null,
        h("h3", {}, "Try it"), command(run.commands.feature.replace("FEATURE", () => block.point + "#" + latent + "*2"))));
    if (!box.open) {
      box.showModal();
    }
    if (!box.contains(document.activeElement)) {
      box.focus();
    }
    box.scrollTop = 0;
  }

  function bins(list, block) {
    const counts = new Array(Page.run.bins.count).fill(0);
    list.forEach(([bin, count]) => counts[bin] = count);
    const edges = Array.from({length: counts.length + 1}, (_, i) => Page.run.bins.lowest + i / Page.run.bins.perDecade);
    return Charts.histogram(edges, counts, {title: "Activations", unit: "positions", colour: colour(block.index), height: 130});
  }

  /** Shows the feature that the address names, or none if it names none that is there. */
  function fromAddress(run) {
    const match = /^#feature=(\d+)\/(\d+)$/.exec(location.hash);
    const block = match && run.blocks[Number(match[1])];
    if (block && Number(match[2]) < block.latents) {
      show(block, Number(match[2])).then(follow);
      return;
    }
    if (location.hash.startsWith("#feature=")) {
      history.replaceState(null, "", clean());
    }
    if (dialog !== null && dialog.open) {
      dialog.close();
    }
  }

  return {open, fromAddress};
})();
