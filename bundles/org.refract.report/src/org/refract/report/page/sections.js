"use strict";
/* The sections of the page that need no state: opening, blocks, learning, dictionaries, findings, record. */
const Sections = (() => {
  const {h, whole, number, percent, duration, colour, shortPath, blockName} = Refract;

  function tile(value, name) {
    return h("div", {class: "tile"}, h("b", {}, value), h("span", {}, name));
  }

  function tiles(run, clock) {
    const alive = d3.sum(run.blocks, b => b.alive);
    const explained = run.blocks.map(b => b.explained).filter(Number.isFinite);
    return h("div", {class: "tiles"}, tile(whole(d3.max(run.blocks, b => b.recordings) || 0), "pictures drawn and recorded"),
      tile(whole(d3.sum(run.blocks, b => b.positions)), "block updates seen"),
      tile(whole(d3.sum(run.blocks, b => b.latents)), "features in " + run.blocks.length + (run.blocks.length === 1 ? " dictionary" : " dictionaries")),
      tile(percent(alive / Math.max(1, d3.sum(run.blocks, b => b.latents))), "of them alive"),
      explained.length > 0 ? tile(percent(d3.mean(explained)), "of variance explained, on average") : null,
      clock.seconds > 0 ? tile(duration(clock.seconds), "from start to report") : null);
  }

  /** One picture with the features of each block that see it. */
  function apart(run) {
    const part = f => h("button", {type: "button", onclick: () => Feature.open(run.blocks[f.block], f.latent)},
      Pictures.picture(run.pictures, run.apart.slot, {values: Pictures.bytes(f.heat), rows: run.blocks[f.block].rows, columns: run.blocks[f.block].columns}, f.label),
      h("span", {}, f.label || "#" + f.latent));
    return h("figure", {class: "figure"}, h("div", {class: "apart"},
      h("div", {class: "whole"}, Pictures.picture(run.pictures, run.apart.slot, null, run.apart.prompt), h("p", {}, "“" + run.apart.prompt + "”")),
      h("div", {class: "parts"}, run.apart.parts.map(p => h("div", {}, blockName(run.blocks[p.block]),
        h("div", {class: "part-list"}, p.features.map(part)))))),
    h("figcaption", {}, "One of the recorded pictures and, for each block, features for which it is among the strongest examples. ",
      "What is dimmed leaves the feature cold. Click one to see what else activates it."));
  }

  /** The U of the model with the hook points marked. */
  function scheme(run) {
    const level = block => {
      const match = /^unet\.(down_blocks|up_blocks)\.(\d+)/.exec(block.point);
      return match ? [match[1] === "down_blocks" ? "down" : "up", Number(match[2])] : block.point.startsWith("unet.mid_block") ? ["mid", 0] : null;
    };
    const places = run.blocks.map(level);
    if (places.includes(null)) {
      return null;
    }
    const depth = Math.max(3, ...places.map(p => p[1] + 1));
    const narrow = innerWidth < 640;
    const width = narrow ? 420 : 1000;
    const boxWidth = narrow ? 70 : 112;
    const boxHeight = 30;
    const rowHeight = narrow ? 74 : 66;
    const height = (depth + 1) * rowHeight + 6;
    const svg = d3.create("svg").attr("class", "chart").attr("viewBox", [0, 0, width, height]).attr("role", "img").attr("aria-label", "Where the blocks sit in the U-Net");
    const inset = narrow ? 46 : 130;
    const x = (side, i) => side === "mid" ? width / 2 : side === "down" ? inset + boxWidth / 2 + i * (width / 2 - inset - boxWidth) / depth : width - (inset + boxWidth / 2 + i * (width / 2 - inset - boxWidth) / depth);
    const y = (side, i) => side === "mid" ? depth * rowHeight + boxHeight / 2 + 4 : i * rowHeight + boxHeight / 2 + 4;
    const row = (side, i) => side === "up" ? depth - 1 - i : i;
    const nodes = [];
    for (let i = 0; i < depth; i++) {
      nodes.push({side: "down", i}, {side: "up", i});
    }
    nodes.push({side: "mid", i: 0});
    const at = n => [x(n.side, row(n.side, n.i)), y(n.side, row(n.side, n.i))];
    const path = [...d3.range(depth).map(i => ({side: "down", i})), {side: "mid", i: 0}, ...d3.range(depth).map(i => ({side: "up", i}))].map(at);
    svg.append("path").attr("d", d3.line()(path)).attr("fill", "none").style("stroke", "var(--line)").attr("stroke-width", 2);
    for (let i = 0; i < depth; i++) {
      const [a, b] = [at({side: "down", i}), at({side: "up", i: depth - 1 - i})];
      svg.append("line").attr("x1", a[0]).attr("y1", a[1]).attr("x2", b[0]).attr("y2", b[1]).style("stroke", "var(--line)").attr("stroke-dasharray", "3 5");
    }
    for (const n of nodes) {
      const [cx, cy] = at(n);
      const blocks = run.blocks.filter((_, k) => places[k][0] === n.side && places[k][1] === n.i);
      svg.append("rect").attr("x", cx - boxWidth / 2).attr("y", cy - boxHeight / 2).attr("width", boxWidth).attr("height", boxHeight).attr("rx", 7)
        .style("fill", "var(--card)").style("stroke", blocks.length ? "var(--faint)" : "var(--line)");
      svg.append("text").attr("x", cx).attr("y", cy + 4).attr("text-anchor", "middle").style("fill", blocks.length ? "var(--ink)" : "var(--faint)")
        .style("font-weight", blocks.length ? 600 : 400).text(n.side === "mid" ? "mid" : n.side + " " + n.i);
      blocks.forEach((b, k) => {
        const up = n.side !== "down";
        const labelX = up ? cx + boxWidth / 2 + 8 : cx - boxWidth / 2 - 8;
        const labelY = cy + (k - (blocks.length - 1) / 2) * 17 + 4;
        const g = narrow ? svg.append("g").attr("transform", `translate(${cx - 22 + k * 44},${cy + boxHeight / 2 + 12})`) : svg.append("g").attr("transform", `translate(${labelX},${labelY - 4})`);
        g.append("rect").attr("x", narrow ? -5 : up ? 0 : -10).attr("y", -5).attr("width", 10).attr("height", 10).attr("rx", 3).style("fill", colour(b.index));
        g.append("text").attr("x", narrow ? 0 : up ? 16 : -16).attr("y", narrow ? 17 : 4).attr("text-anchor", narrow ? "middle" : up ? "start" : "end")
          .style("fill", "var(--ink)").style("font-size", narrow ? "10px" : "12.5px").text(narrow ? b.name.replace(/^\S+ /, "") : b.name);
      });
    }
    return h("figure", {class: "figure"}, svg.node(), h("figcaption", {}, "The U-Net from noise (top left) to picture (top right). Marked are the blocks whose updates were recorded."));
  }

  function blocks(run) {
    return [scheme(run), h("div", {class: "grid-4"}, run.blocks.map(b => h("div", {class: "figure", style: {"margin": 0, "border-top": "3px solid " + colour(b.index)}},
      blockName(b), h("div", {class: "block-path"}, b.point), h("p", {class: "role", style: {margin: ".5rem 0 .7rem"}}, b.role || ""),
      h("table", {class: "facts pairs"}, h("tbody", {}, [["map", b.rows + " × " + b.columns + " × " + whole(b.width)], ["features", whole(b.latents) + ", " + whole(b.alive) + " alive"],
        Number.isFinite(b.explained) ? ["explained", percent(b.explained)] : null].filter(Boolean).map(([k, v]) => h("tr", {}, h("td", {}, k), h("td", {class: "number"}, v))))))))];
  }

  const curveTitles = {
    explained_variance: ["Explained variance", "Mean over dimensions of 1 − Var(x − x̂) / Var(x); higher is better.", {percent: true}],
    recons: ["Reconstruction loss", "Squared error divided by the variance of the data; lower is better.", {zero: true}],
    dead: ["Dead features", "Latents that have not been active for a long time.", {zero: true}],
    auxk: ["Auxiliary loss", "What dead latents learn from: they rebuild the rest.", {zero: true}],
  };

  function curves(run) {
    const names = [...new Set(run.blocks.flatMap(b => Object.keys(b.curves.metrics)))];
    const rank = n => Object.keys(curveTitles).includes(n) ? Object.keys(curveTitles).indexOf(n) : 99;
    names.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
    const charts = names.map(name => {
      const series = run.blocks.filter(b => b.curves.metrics[name]).map(b => ({name: b.name, index: b.index, steps: b.curves.steps, values: b.curves.metrics[name].map(v => v === null ? NaN : v)}));
      const known = curveTitles[name];
      const share = known && known[2].percent && series.every(s => s.values.every(v => !(v > 1.5)));
      return {known: Boolean(known), element: Charts.lines(series, {title: known ? known[0] : name, sub: known ? known[1] : "", ...(known ? known[2] : {}), percent: share})};
    });
    const rest = charts.filter(c => !c.known);
    return [legend(run), h("div", {class: "grid-2"}, charts.filter(c => c.known).map(c => h("div", {class: "figure", style: {margin: 0}}, c.element))),
      rest.length > 0 ? h("details", {style: {"margin-top": "1.2rem"}}, h("summary", {}, "All " + charts.length + " curves"),
        h("div", {class: "grid-2"}, rest.map(c => h("div", {class: "figure", style: {margin: 0}}, c.element)))) : null];
  }

  function legend(run) {
    return h("div", {class: "legend"}, run.blocks.map(blockName));
  }

  function health(run) {
    const columns = ["block", "features", "alive", "explained", "L0", "median density", "denser than 10 %"];
    const rows = run.blocks.map(b => [blockName(b), whole(b.latents), percent(b.alive / b.latents), percent(b.explained), number(b.l0), percent(b.medianDensity), whole(b.dense)]);
    const from = d3.min(run.blocks, b => b.densities.edges[b.densities.counts.findIndex(c => c > 0)]);
    return [h("div", {class: "figure table-scroll"}, h("table", {class: "facts"}, h("thead", {}, h("tr", {}, columns.map((c, i) => h("th", {class: i ? "num" : ""}, c)))),
      h("tbody", {}, rows.map(r => h("tr", {}, r.map((c, i) => h("td", {class: i ? "num" : ""}, c))))))),
    h("div", {class: "grid-2"}, run.blocks.map(b => h("div", {class: "figure", style: {margin: 0}}, h("p", {class: "chart-title"}, blockName(b)),
      h("p", {class: "chart-sub"}, "live features by density: the share of positions at which they are active"),
      Charts.histogram(b.densities.edges, b.densities.counts, {title: "Densities of " + b.name, unit: "features", colour: colour(b.index), from: Math.floor(from), to: 0})))),
    h("p", {class: "caption"}, "Useful dictionaries have a bell here. A mass at the right end are features that are always on; a tail at the left are features that are nearly dead.")];
  }

  /** What refract eval measured: a row per measure, a column per dictionary. */
  function evaluations(run) {
    return run.evaluations.map(e => h("figure", {class: "figure"}, h("h3", {style: {"margin-bottom": ".5rem"}}, "Measured on " + shortPath(e.point)),
      h("p", {class: "chart-sub"}, "by each tool's own formula, on " + whole(e.samples) + " vectors"),
      h("div", {class: "table-scroll"}, h("table", {class: "facts measures"},
        h("thead", {}, h("tr", {}, h("th", {}, "measure"), e.dictionaries.map(d => h("th", {class: "num"}, d)), h("th", {}, "formula"))),
        h("tbody", {}, e.measures.map(m => h("tr", {}, h("td", {}, m.name), m.values.map(v => h("td", {class: "num"}, number(v))), h("td", {}, m.formula))))))));
  }

  function findings(run) {
    return run.findings.map(f => h("figure", {class: "figure"}, h("h3", {style: {"margin-bottom": ".5rem"}}, f.title), h("p", {class: "prose"}, f.explanation),
      f.pictures.length > 0 ? pictures(f) : table(run, f)));
  }

  function pictures(f) {
    const size = f.pictures.some(p => p.width > 2.5 * p.height) ? "min(100%, 19rem)" : f.across > 6 ? "5.6rem" : "8.5rem";
    const words = text => text.replaceAll(/\bunet\.[\w.]*\w/g, shortPath);
    return h("div", {class: "pictures scroll", style: {"grid-template-columns": `repeat(${f.across}, minmax(${size}, 1fr))`}},
      f.pictures.map(p => h("figure", {}, h("img", {src: p.file, alt: p.caption, width: p.width, height: p.height, decoding: "async"}), h("figcaption", {}, words(p.caption)))));
  }

  function blockOf(run, text) {
    return typeof text === "string" ? run.blocks.find(b => b.point === text || b.point + ":update" === text || b.name === text) : undefined;
  }

  function table(run, f) {
    const numeric = f.columns.map((_, i) => f.rows.length > 0 && f.rows.every(r => typeof r[i] === "number"));
    const named = f.rows.map(r => blockOf(run, r[0]));
    const charts = f.rows.length <= 40 && new Set(f.rows.map(r => r[0])).size === f.rows.length ? f.columns.map((c, i) => numeric[i] && i > 0 ? h("div", {}, h("p", {class: "chart-title"}, c),
      Charts.bars(f.rows.map((r, k) => ({name: named[k] ? blockName(named[k]) : shortPath(String(r[0])), value: r[i], index: named[k] ? named[k].index : undefined})))) : null).filter(Boolean) : [];
    const cells = h("div", {class: "table-scroll"}, h("table", {class: "facts"}, h("thead", {}, h("tr", {}, f.columns.map((c, i) => h("th", {class: numeric[i] ? "num" : ""}, c)))),
      h("tbody", {}, f.rows.slice(0, 500).map((r, k) => h("tr", {}, r.map((c, i) => h("td", {class: numeric[i] ? "num" : ""}, i === 0 && named[k] ? blockName(named[k]) : typeof c === "number" ? number(c) : shortPath(String(c ?? "")))))))));
    return charts.length > 0 ? [h("div", {class: f.rows.length > 6 ? "grid-3" : "grid-2", style: {margin: "0 0 1.2rem"}}, charts), h("details", {}, h("summary", {}, "As a table"), cells)] : cells;
  }

  function record(run, clock) {
    const longest = d3.max(clock.phases, p => p.seconds) || 1;
    return [h("div", {class: "grid-2"},
      h("div", {class: "figure"}, h("h3", {style: {"margin-bottom": ".6rem"}}, "Model"), pairs(run.model)),
      h("div", {class: "figure"}, h("h3", {style: {"margin-bottom": ".6rem"}}, "Run"), pairs([...clock.record, ...run.record]))),
    clock.phases.length > 0 ? h("div", {class: "figure"}, h("h3", {style: {"margin-bottom": ".8rem"}}, "Where the time went"),
      h("div", {class: "bars"}, clock.phases.map(p => h("div", {class: "row"}, h("span", {}, p.name), h("div", {class: "track"}, h("div", {class: "fill", style: {width: 100 * p.seconds / longest + "%"}})),
        h("span", {class: "value"}, duration(p.seconds)))))) : null,
    run.notes.length > 0 ? h("div", {class: "figure"}, h("h3", {style: {"margin-bottom": ".6rem"}}, "Notes"), h("ul", {}, run.notes.map(n => h("li", {}, n)))) : null];
  }

  function pairs(list) {
    return h("div", {class: "table-scroll"}, h("table", {class: "facts pairs"}, h("tbody", {}, list.map(([k, v]) => h("tr", {}, h("td", {}, k), h("td", {}, v))))));
  }

  return {tiles, apart, blocks, curves, health, evaluations, findings, record};
})();
