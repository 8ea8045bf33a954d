"use strict";
/* Fills the page. */
const Page = {run: null};
/* The page of a run whose clock was left out says no times. */
const TIMELESS = {seconds: 0, record: [], phases: []};

Promise.all([Refract.load("run"), Refract.load("clock").catch(() => TIMELESS)]).then(([run, clock]) => {
  Page.run = run;
  const {h, command} = Refract;
  const fill = (id, content, text) => {
    const section = document.getElementById(id);
    const parts = [content].flat().filter(Boolean);
    section.classList.toggle("hidden", parts.length === 0);
    section.querySelector(".content").replaceChildren(...parts, ...(text && parts.length ? [command(text)] : []));
  };
  document.getElementById("tiles").replaceChildren(Sections.tiles(run, clock), command(run.commands.unpack));
  document.getElementById("apart").replaceChildren(...(run.apart ? [Sections.apart(run)] : []));
  fill("blocks", [...Sections.blocks(run), ...Sections.findings(run)], null);
  fill("learning", run.blocks.some(b => b.curves.steps.length > 1) ? Sections.curves(run) : [], run.commands.train);
  fill("dictionaries", run.blocks.length ? [...Sections.health(run), ...Sections.evaluations(run)] : [], run.commands.inspect);
  fill("atlas", run.blocks.length ? [Atlas.section(run)] : [], run.commands.atlas);
  fill("interventions", run.interventions.length ? Interventions.section(run) : [], run.commands.workbench);
  fill("record", Sections.record(run, clock), run.commands.unpack);
  for (const link of document.querySelectorAll("nav.contents a")) {
    link.parentElement.classList.toggle("hidden", document.querySelector(link.hash).classList.contains("hidden"));
  }
  const watcher = new IntersectionObserver(entries => entries.filter(e => e.isIntersecting).forEach(e => {
    document.querySelectorAll("nav.contents a").forEach(a => a.classList.toggle("here", a.hash === "#" + e.target.id));
  }), {rootMargin: "-30% 0px -60%"});
  document.querySelectorAll("section[id]").forEach(s => watcher.observe(s));
  const target = /^#\w+$/.test(location.hash) && document.querySelector(location.hash);
  if (target) {
    target.scrollIntoView({behavior: "instant"});
  }
  Feature.fromAddress(run);
  addEventListener("popstate", () => Feature.fromAddress(run));
}).catch(problem => document.getElementById("problem").replaceChildren(problem.message));
