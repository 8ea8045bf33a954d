"use strict";
/* The three charts of the page: lines over steps, histograms, and the landscape of all features. */
const Charts = (() => {
  const {h, number, colour, tip} = Refract;
  const margin = {top: 8, right: 12, bottom: 26, left: 46};

  function frame(height) {
    const width = 460;
    const svg = d3.create("svg").attr("class", "chart").attr("viewBox", [0, 0, width, height]).attr("role", "img");
    return {svg, width, height};
  }

  const superscript = exponent => "10" + [...String(exponent)].map(d => d === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[d]).join("");

  function axes({svg, width, height}, x, y, formatX, formatY) {
    svg.append("g").attr("transform", `translate(0,${height - margin.bottom})`)
      .call(d3.axisBottom(x).ticks(5).tickSizeOuter(0).tickFormat(formatX));
    svg.append("g").attr("transform", `translate(${margin.left},0)`)
      .call(d3.axisLeft(y).ticks(4).tickSize(-(width - margin.left - margin.right)).tickFormat(formatY))
      .call(g => g.select(".domain").remove());
  }

  const short = value => Math.abs(value) >= 1000 ? d3.format("~s")(value) : d3.format("~g")(value);

  /** Lines over training steps: series = [{name, index, steps, values}]. */
  function lines(series, options) {
    const f = frame(210);
    const points = series.flatMap(s => s.values).filter(Number.isFinite);
    const x = d3.scaleLinear([0, d3.max(series, s => d3.max(s.steps))], [margin.left, f.width - margin.right]);
    const low = options.zero ? 0 : d3.min(points);
    const y = d3.scaleLinear([low, d3.max(points) || 1], [f.height - margin.bottom, margin.top]).nice(4);
    axes(f, x, y, short, options.percent ? d3.format("~%") : short);
    const line = d3.line().y(d => y(d)).defined(Number.isFinite);
    for (const s of series) {
      f.svg.append("path").attr("d", line.x((_, i) => x(s.steps[i]))(s.values)).attr("fill", "none").attr("stroke-width", 2)
        .attr("stroke-linejoin", "round").style("stroke", colour(s.index));
    }
    const rule = f.svg.append("line").attr("y1", margin.top).attr("y2", f.height - margin.bottom).style("stroke", "var(--faint)").style("opacity", 0);
    f.svg.append("rect").attr("width", f.width).attr("height", f.height).attr("fill", "transparent")
      .on("pointermove", event => {
        const step = x.invert(d3.pointer(event)[0]);
        const rows = series.map(s => [s, d3.bisectCenter(s.steps, step)]);
        const at = rows[0][0].steps[rows[0][1]];
        rule.attr("x1", x(at)).attr("x2", x(at)).style("opacity", .6);
        tip(event, h("div", {}, "step " + Refract.whole(at)), h("table", {}, rows.map(([s, i]) => h("tr", {}, h("td", {},
          h("span", {class: "block-name", style: {"--block": colour(s.index)}}, s.name)),
        h("td", {}, options.percent ? Refract.percent(s.values[i]) : number(s.values[i]))))));
      })
      .on("pointerleave", event => {
        rule.style("opacity", 0);
        tip(event);
      });
    f.svg.attr("aria-label", options.title);
    return h("div", {}, h("p", {class: "chart-title"}, options.title), h("p", {class: "chart-sub"}, options.sub || ""), f.svg.node());
  }

  /** A histogram over log10: edges (in powers of ten), counts. */
  function histogram(edges, counts, options) {
    const f = frame(options.height || 150);
    const used = counts.map((c, i) => c > 0 ? i : -1).filter(i => i >= 0);
    const from = options.from !== undefined ? options.from : edges[used.length ? Math.max(0, used[0] - 1) : 0];
    const to = options.to !== undefined ? options.to : edges[used.length ? Math.min(counts.length, used.at(-1) + 2) : counts.length];
    const x = d3.scaleLinear([from, to], [margin.left, f.width - margin.right]);
    const y = d3.scaleLinear([0, d3.max(counts) || 1], [f.height - margin.bottom, margin.top]).nice(3);
    const whole = d3.range(Math.ceil(from), Math.floor(to) + 1);
    f.svg.append("g").attr("transform", `translate(0,${f.height - margin.bottom})`)
      .call(d3.axisBottom(x).tickValues(whole.length > 1 ? whole : null).ticks(3).tickSizeOuter(0)
        .tickFormat(v => Number.isInteger(v) ? superscript(v) : d3.format(".2~g")(10 ** v)));
    f.svg.append("g").attr("transform", `translate(${margin.left},0)`)
      .call(d3.axisLeft(y).ticks(3).tickSize(-(f.width - margin.left - margin.right)).tickFormat(short)).call(g => g.select(".domain").remove());
    const bars = counts.map((count, i) => ({count, low: edges[i], high: edges[i + 1]})).filter(b => b.count > 0 && b.low >= from - 1e-9 && b.high <= to + 1e-9);
    f.svg.selectAll("rect").data(bars).join("rect").attr("x", b => x(b.low) + .5).attr("width", b => Math.max(1, x(b.high) - x(b.low) - 1))
      .attr("y", b => y(b.count)).attr("height", b => y(0) - y(b.count)).attr("rx", 1.5).style("fill", options.colour)
      .on("pointermove", (event, b) => tip(event, `${Refract.whole(b.count)} ${options.unit} between ${number(10 ** b.low)} and ${number(10 ** b.high)}`))
      .on("pointerleave", event => tip(event));
    f.svg.attr("aria-label", options.title);
    return f.svg.node();
  }

  /** Every feature as a dot, density against strength; click opens it. */
  function landscape(features, colourName, open) {
    const box = h("div", {class: "landscape"});
    const canvas = h("canvas", {role: "img", "aria-label": "Every feature by how often and how strongly it is active"});
    const svg = d3.create("svg").attr("class", "chart");
    box.append(canvas, svg.node());
    let dots = [];
    let shown = () => true;

    function redraw() {
      const width = box.clientWidth;
      const height = box.clientHeight;
      if (width === 0) {
        return;
      }
      const alive = features.filter(f => f.density > 0);
      const log = ([low, high], range) => d3.scaleLog([low / 1.4, high * 1.4], range);
      const x = log(d3.extent(alive, f => f.density), [48, width - 12]);
      const y = log(d3.extent(alive, f => f.mean), [height - 40, 10]);
      svg.attr("viewBox", [0, 0, width, height]).selectAll("*").remove();
      const tens = scale => scale.ticks().filter(v => /^1(e|0*$)|^0\.0*1$/.test(String(v)));
      const label = v => superscript(Math.round(Math.log10(v)));
      svg.append("g").attr("transform", `translate(0,${height - 40})`).call(d3.axisBottom(x).tickValues(tens(x)).tickFormat(label).tickSizeOuter(0));
      svg.append("g").attr("transform", "translate(48,0)").call(d3.axisLeft(y).tickValues(tens(y).length > 1 ? tens(y) : y.ticks(4)).tickFormat(tens(y).length > 1 ? label : short).tickSizeOuter(0));
      svg.append("text").attr("class", "title").attr("x", width - 12).attr("y", height - 4).attr("text-anchor", "end").text("density: share of positions where it is active →");
      svg.append("text").attr("class", "title").attr("x", 54).attr("y", 16).text("↑ mean activation where active");
      const ratio = devicePixelRatio || 1;
      canvas.width = width * ratio;
      canvas.height = height * ratio;
      const context = canvas.getContext("2d");
      context.scale(ratio, ratio);
      context.fillStyle = getComputedStyle(box).getPropertyValue(colourName.slice(4, -1));
      dots = alive.map(f => ({f, x: x(f.density), y: y(f.mean)}));
      const radius = alive.length > 3000 ? 1.8 : alive.length > 1000 ? 2.6 : 3.4;
      for (const d of dots) {
        context.globalAlpha = shown(d.f) ? .62 : .07;
        context.beginPath();
        context.arc(d.x, d.y, radius, 0, 7);
        context.fill();
      }
    }

    const nearest = event => {
      const rect = box.getBoundingClientRect();
      const px = event.clientX - rect.left;
      const py = event.clientY - rect.top;
      const best = d3.least(dots.filter(d => shown(d.f)), d => (d.x - px) ** 2 + (d.y - py) ** 2);
      return best && (best.x - px) ** 2 + (best.y - py) ** 2 < 400 ? best : null;
    };
    canvas.addEventListener("pointermove", event => {
      const dot = nearest(event);
      canvas.style.cursor = dot ? "pointer" : "default";
      dot ? tip(event, h("strong", {}, dot.f.label || "no name"), h("div", {}, "#" + dot.f.latent),
        h("div", {class: "note"}, "active at " + Refract.percent(dot.f.density) + " of positions, mean " + number(dot.f.mean))) : tip(event);
    });
    canvas.addEventListener("pointerleave", event => tip(event));
    canvas.addEventListener("click", event => {
      const dot = nearest(event);
      tip(event);
      dot && open(dot.f.latent);
    });
    new ResizeObserver(redraw).observe(box);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    return {element: box, filter(test) {
      shown = test;
      redraw();
    }};
  }

  /** Horizontal bars: rows = [{name, value, index}]. */
  function bars(rows, format) {
    const top = d3.max(rows, r => Math.abs(r.value)) || 1;
    return h("div", {class: "bars"}, rows.map(r => h("div", {class: "row"}, h("span", {}, r.name), h("div", {class: "track"},
      h("div", {class: "fill", style: {width: 100 * Math.abs(r.value) / top + "%", ...(r.index === undefined ? {} : {"--block": colour(r.index)})}})),
    h("span", {class: "value"}, (format || number)(r.value)))));
  }

  return {lines, histogram, landscape, bars};
})();
