"use strict";
/* Pictures before and after a feature was turned, under one slider. */
const Interventions = (() => {
  const {h, command, colour, percent} = Refract;

  /** One feature with a button for each way in which it was turned. */
  function card(shown) {
    const block = Page.run.blocks[shown.block];
    const box = h("div", {class: "compare", style: {"--ratio": shown.width + " / " + shown.height}});
    const before = h("img", {alt: "before", decoding: "async"});
    const after = h("img", {class: "after", alt: "after", decoding: "async"});
    const slider = h("input", {type: "range", min: 0, max: 100, value: 50, "aria-label": "Before and after: " + shown.title,
      oninput: () => box.style.setProperty("--cut", slider.value + "%")});
    const detail = h("p", {});
    const line = h("div", {});
    const buttons = h("div", {class: "ways", role: "group", "aria-label": "How it is turned"}, shown.shots.map(shot =>
      h("button", {type: "button", onclick: () => show(shot)}, shot.caption)));

    function show(shot) {
      before.src = shot.before;
      after.src = shot.after;
      detail.textContent = "“" + (shot.prompt || "empty prompt") + "”, changed by " + percent(shot.change) + " per pixel";
      line.replaceChildren(command(shot.command));
      [...buttons.children].forEach((b, i) => b.setAttribute("aria-pressed", shown.shots[i] === shot));
    }

    box.append(before, after, h("span", {class: "tag left"}, "before"), h("span", {class: "tag right"}, "after"), h("div", {class: "handle"}), slider);
    if (shown.shots.length > 0) {
      show(d3.greatest(shown.shots, shot => shot.change));
    }
    const title = block ? h("button", {type: "button", class: "link", onclick: () => Feature.open(block, shown.latent)}, shown.title) : shown.title;
    return h("article", {style: {"--block": colour(Math.max(0, shown.block))}}, box, h("h3", {}, title), detail, buttons,
      h("p", {class: "note"}, "Switched off, " + percent(shown.locality) + " of the change lies where it was active, which is " + percent(shown.area) + " of the picture."), line);
  }

  function section(run) {
    const groups = d3.sort(d3.group(run.interventions.filter(i => i.shots.length > 0), i => i.block), g => g[0]);
    return groups.map(([index, list]) => h("div", {style: {"margin-bottom": "2.4rem"}},
      h("h3", {style: {"margin-bottom": "1rem"}}, run.blocks[index] ? [Refract.blockName(run.blocks[index]), " ", h("span", {class: "role"}, run.blocks[index].role)] : "Elsewhere"),
      h("div", {class: "shown"}, list.map(card))));
  }

  return {card, section};
})();
