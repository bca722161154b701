// Draws the page's charts from its data, keeps the choices in the address, and opens the rows behind a number.
// Text from documents enters the page as text only, never as markup.
(() => {
  "use strict";
  const { view, specs, locale, words, names } = JSON.parse(document.getElementById("data").textContent);
  const WEAK = 20, DAY = 864e5, MOST = 40; // charts drawn unseen at most
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const starts = view.time.starts.map((day) => Date.parse(day));
  const index = Object.fromEntries(view.states.map((state, at) => [state.code, at]));
  const word = (key, values = {}) => (words[key] ?? key).replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
  const name = (code) => names[code] ?? code;
  const choice = { basis: "record", gauge: "tilt", from: "", at: 0, why: "", power: "", subject: view.head.theatre, one: "", other: "", see: "" };
  const every = view.states.map((state) => state.code);
  const drawn = new Map();

  // ---- numbers and dates in words
  const minus = (text) => text.replace("-", "\u2212");
  const fixed = (value, places = 2) => {
    const text = minus((Object.is(Math.round(value * 10 ** places), -0) ? 0 : value).toFixed(places));
    return view.language === "de" ? text.replace(".", ",") : text;
  };
  const to = view.language === "de" ? "bis" : "to";
  const interval = (row) => `${fixed(row.mid)} (${fixed(row.lo)} ${to} ${fixed(row.hi)})`;
  const percent = (value) => `${Math.round(value)} %`;
  const iso = (ms) => new Date(ms).toISOString().slice(0, 10);
  const when = (at) => `${view.time.periods[at]} (${view.time.starts[at]}/${iso(starts[at + 1] - DAY)})`;
  const quarter = (label) => {
    const [year, part] = label.split("-Q").map(Number);
    return [Date.UTC(year, 3 * (part - 1), 1), Date.UTC(year, 3 * part, 1)];
  };

  // ---- rows for the charts
  const basis = () => view.bases[choice.basis];
  const rowOf = (series, kept, i) => {
    const at = kept[i];
    const [lo, q1, mid, q3, hi] = series.q.map((line) => (line[i] === null ? null : line[i] / series.k));
    const share = series.s[i], near = [series.s[i - 1] ?? share, series.s[i + 1] ?? share];
    const row = { t: starts[at], at, lo, q1, mid, q3, hi, share, edge: near.some((other) => other < WEAK !== share < WEAK) };
    return mid === null ? row : { ...row, when: when(at), value: interval(row), share_text: percent(share) };
  };
  const rowsOf = (series, kept) => kept.map((at, i) => rowOf(series, kept, i));
  const nearest = (at) => view.time.kept.reduce((best, here, i, kept) => (Math.abs(here - at) < Math.abs(kept[best] - at) ? i : best), 0);
  function rowAt(code, at) {
    const series = basis().curves[choice.gauge]?.[code];
    const row = series && rowOf(series, view.time.kept, nearest(at));
    return row && row.mid !== null ? row : null;
  }
  const places = () => view.places.states.map((place) => ({ ...place, ...rowAt(place.code, choice.at) })).filter((row) => row.value);
  const span = () => ({ from: choice.from ? Date.UTC(+choice.from, 0, 1) : starts[0], to: starts[starts.length - 1] });
  const within = (rows) => rows.filter((row) => (row.t2 ?? row.t) >= span().from);
  const feet = { votes: -1.9, words: -1.74, deeds: -1.58, facts: -1.42 };

  function rug(code) {
    const state = index[code], seen = new Map();
    const note = (period, kind) => seen.set(`${period} ${kind}`, (seen.get(`${period} ${kind}`) ?? 0) + 1);
    for (const event of view.evidence.events)
      if (event.state === state && event.counts && (choice.basis === "all" || !event.written)) note(event.period, event.kind);
    for (const call of view.evidence.calls) if ("yna".includes(call.choices[state])) note(call.period, "votes");
    return [...seen].map(([key, count]) => {
      const [period, kind] = key.split(" ");
      return { t: starts[+period], row: feet[kind], kind, when: when(+period), label: `${count} × ${word(kind)}` };
    });
  }
  const NUMBER = 30; // pixels that a moment's number needs; those nearer share a label
  function moments(code, width) {
    const close = (NUMBER / Math.max(200, width - 90)) * (span().to - span().from);
    const own = view.moments.filter((one) => !one.states.length || one.states.includes(code));
    const rows = own.map((one) => ({ t: Date.parse(one.date), number: one.number, label: one.label, when: one.until ? `${one.date}/${one.until}` : one.date }));
    let group = [];
    for (const row of [...rows, null]) {
      if (group.length && (!row || row.t - group[0].t > close)) {
        const numbers = group.map((one) => one.number);
        for (const one of group) one.number = "";
        group[0].number = numbers.length > 1 ? `${numbers[0]}\u2013${numbers.at(-1)}` : String(numbers[0]);
        group = [];
      }
      if (row) group.push(row);
    }
    return rows;
  }

  const makers = {
    map: () => ({ data: { place: places(), around: view.places.around } }),
    answer: () => ({
      data: { answer: basis().answers.flatMap((one) => ["before", "now"].map((time) => ({ ...one[time], code: one.state, span: view.head[time === "now" ? "after" : "before"], state: one.name, time: word(`time_${time}`), value: one.values[time], share_text: percent(one[time].share) }))).filter((row) => row.mid !== null) },
    }),
    curve: (figure) => {
      const code = figure.dataset.state, series = basis().curves[choice.gauge]?.[code];
      const rows = series && within(rowsOf(series, view.time.kept));
      return series && {
        data: { curve: rows, moments: within(moments(code, figure.clientWidth)), rug: within(rug(code)) },
        params: { at: starts[choice.at], bead: rows.length > 300 ? 15 : rows.length > 120 ? 28 : 44, ...span() },
      };
    },
    moves: () => ({
      data: { moves: basis().moves.map((row) => ({ ...row, code: row.state, state: row.name, kind: word(row.gauge), toward: row.chance, share_text: percent(row.share) })).filter((row) => row.mid !== null) },
    }),
    influence: (figure) => {
      const found = basis().influence[choice.power]?.[figure.dataset.definition], own = found?.subjects[choice.subject];
      if (!own) return null;
      const peak = own.peak.map(([label, p]) => {
        const [t, t2] = quarter(label);
        return { t, t2, p, label, value: percent(100 * p) };
      });
      const window = claimsOn().map((claim) => ({ t: Date.parse(claim.about.window[0]), t2: Date.parse(claim.about.window[1]) + DAY, label: claim.text }));
      const rows = within(rowsOf(own.curve, found.kept));
      const low = Math.min(...rows.map((row) => row.lo ?? Infinity)), high = Math.max(...rows.map((row) => row.hi ?? -Infinity));
      const room = Math.max(0.05, 0.08 * (high - low));
      return {
        data: { influence: rows, peak: within(peak), window: window.slice(0, 1) },
        // the lowest fifth of the plot is left to the bars
        params: { low: low - room - (high - low + 2 * room) / 4, high: high + room, peakTop: Math.max(0.1, 5.5 * Math.max(...peak.map((row) => row.p))), ...span() },
      };
    },
    episode: (figure) => {
      const one = view.bases[figure.dataset.which].episodes[+figure.dataset.at];
      const bar = (row, kind, start, end) => ({ row, kind, t: Date.parse(start), t2: Date.parse(end ?? start) + DAY, when: end && end !== start ? `${start}/${end}` : start });
      return { data: { episode: [
        bar(word(`crisis_${one.kind}`), "crisis", one.start, one.end),
        ...(one.request ? [bar(word("asked", { to: one.request.to }), "request", one.request.date)] : []),
        ...one.help.map((help) => bar(`${help.helper}: ${word(`help_${help.kind}`)}`, "help", help.date, help.until)),
      ] } };
    },
    fan: (figure) => {
      const one = view.scenarios.find((item) => item.id === figure.dataset.scenario), fan = one.fans[figure.dataset.fan];
      const told = (low, mean, high, i) => `${fixed(mean[i], fan.places)} (${fixed(low[i], fan.places)} ${to} ${fixed(high[i], fan.places)})`;
      const past = figure.dataset.fan === "tilt" ? rowsOf(view.bases.record.curves.tilt[one.state], view.time.kept).filter((row) => row.mid !== null && row.t > Date.parse(one.weeks[0]) - 365 * DAY) : [];
      return { data: {
        fan: one.weeks.map((week, i) => ({ t: Date.parse(week), code: one.state, when: week, mean: fan.mean[i], lo: fan.lo[i], hi: fan.hi[i], base: fan.base[i], blo: fan.blo[i], bhi: fan.bhi[i], value: told(fan.lo, fan.mean, fan.hi, i), base_value: told(fan.blo, fan.base, fan.bhi, i) })),
        past, start: [{ t: Date.parse(one.start), label: one.text, when: one.start }],
      } };
    },
    weeks: (figure) => {
      const one = forecastOf(figure), told = $(".told", figure);
      if (!one) return told.replaceChildren(), null;
      const [own, ...simple] = one.scores, best = simple.find((score) => score.name === one.best);
      told.textContent = [word("rests_events", { n: one.rests_on }), word("scored", { n: own.count, own: own.crps, best: best.crps, name: word(`score_${one.best}`), coverage: own.coverage }), one.beats ? "" : word("beaten")].join(" ");
      return { data: { weeks: one.weeks.map((week) => ({ ...week, code: one.a })) } };
    },
    choices: (figure) => ({ data: { choices: view.sensitivity.filter((row) => row.state === figure.dataset.state) } }),
    rests: () => ({
      data: { rests: within(basis().rests.map((row) => {
        const [t, t2] = quarter(row.quarter);
        return { t, t2, n: row.n, kind: word(row.kind), label: row.quarter };
      })) },
      params: span(),
    }),
  };
  const forecastOf = (figure) => view.forecasts.find((one) => one.a === choice.one && one.b === choice.other && one.quad === +figure.dataset.quad);
  const claimsOn = () => view.claims.filter((claim) => claim.about.measure === "influence" && claim.kind === "peak_in_window" && claim.about.power === choice.power && claim.about.subject === choice.subject);

  // ---- drawing
  const style = () => getComputedStyle(document.documentElement);
  const coloured = (value, css) => {
    if (typeof value === "string") return value.replace(/var\((--\w+)\)/g, (all, token) => css.getPropertyValue(token).trim());
    if (Array.isArray(value)) return value.map((item) => coloured(item, css));
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, coloured(item, css)]));
    return value;
  };
  const tip = {
    disableDefaultStyle: true, id: "vg-tooltip-element", offsetX: 14, offsetY: 14,
    formatTooltip: (value, clean) => {
      const rows = Object.entries(value).filter(([, text]) => text !== undefined && text !== "undefined" && text !== "");
      return `<table>${rows.map(([key, text]) => `<tr><td class="key">${clean(key)}</td><td>${clean(String(text))}</td></tr>`).join("")}</table>`;
    },
  };

  async function draw(figure) {
    const kind = figure.dataset.chart, made = makers[kind](figure), plot = $(".plot", figure);
    figure.hidden = kind === "influence" && !made;
    const old = drawn.get(figure);
    if (!made) {
      old?.finalize();
      drawn.delete(figure);
      plot.replaceChildren(element("p", { class: "empty" }, word("no_gauge")));
      return;
    }
    const spec = coloured(specs[kind], style());
    if (kind === "map") spec.height = Math.round(Math.max(240, Math.min(spec.height, 0.8 * plot.clientWidth)));
    spec.datasets = { ...spec.datasets, ...made.data };
    for (const param of spec.params ?? []) if (param.name in (made.params ?? {})) param.value = made.params[param.name];
    const result = await vegaEmbed(plot, spec, {
      mode: "vega-lite", ast: true, actions: false, logLevel: 1, defaultStyle: false, renderer: "svg", tooltip: tip,
      formatLocale: locale?.number, timeFormatLocale: locale?.time,
    });
    old?.finalize();
    drawn.set(figure, result);
    // the plot is named as a whole; its marks have nothing to say to a screen reader
    $("svg", plot).setAttribute("aria-hidden", "true");
    result.view.addEventListener("click", (event, item) => clicked(figure, result.view, event, item?.datum));
    tools(figure);
  }
  // charts in sight are drawn at once, the others one by one when nothing else is to do, so that a print has them all
  const waiting = new Set();
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) now(entry.target);
  }, { rootMargin: "600px" });
  function now(figure) {
    seen.unobserve(figure);
    // a hidden one has no width; it is asked for again when it is shown
    return waiting.delete(figure) && (figure.hidden || figure.offsetParent) && draw(figure);
  }
  let idle = 0;
  async function rest() {
    const figure = waiting.values().next().value;
    idle = 0;
    if (!figure || drawn.size > MOST) return;
    await now(figure);
    idle ||= setTimeout(rest, 60);
  }
  function later(figure) {
    waiting.add(figure);
    seen.unobserve(figure);
    seen.observe(figure);
    idle ||= setTimeout(rest, 400);
  }
  const redraw = (selector = "figure[data-chart]") => $$(selector).forEach(later);

  // ---- a click on a mark asks why
  function clicked(figure, chart, event, datum) {
    const kind = figure.dataset.chart;
    if (kind === "curve" || kind === "influence") {
      const box = chart.container().querySelector("svg").getBoundingClientRect();
      datum = { t: +chart.scale("x").invert(event.clientX - box.left - chart.origin()[0]) };
    }
    if (datum) why(figure, datum.datum ?? datum);
  }
  // what is behind a row of a chart: the evidence of its state and time
  function why(figure, row) {
    const { chart: kind, state } = figure.dataset;
    if (kind === "curve") return openWhy(state, row.t === undefined ? choice.at : periodOf(row.t));
    if (kind === "map") return row.id in index || row.code in index ? openNear(row.code ?? row.id, choice.at) : undefined;
    if (kind === "answer" && row.span) return openRows({ codes: [row.code], days: row.span });
    if (kind === "moves" && row.code) return openRows({ codes: [row.code], days: [view.head.before[0], view.head.after[1]], kind: row.gauge });
    if (kind === "influence") {
      if (choice.subject !== view.head.theatre) return openWhy(choice.subject, periodOf(row.t));
      return openRows({ codes: every, days: [iso(starts[periodOf(row.t)]), iso(starts[periodOf(row.t) + 1] - DAY)] });
    }
    if (kind === "rests" && row.t2) return openRows({ codes: every, days: [iso(row.t), iso(row.t2 - DAY)], kind: Object.keys(feet).concat("figures").find((one) => word(one) === row.kind) });
    if (kind === "choices") return openRows({ codes: [state], days: view.head.after });
    if (kind === "fan" || kind === "weeks") return openNear(row.code ?? state, starts.length - 2);
    const list = kind === "episode" && figure.parentElement.querySelector("details");
    if (list) list.open = true, $("summary", list).focus();
  }
  // the evidence of a time, else the last before it, else the next after it
  function openNear(code, at) {
    const own = rowsIn([code], at, at);
    openWhy(code, own.events.length || own.calls.length ? at : (next(index[code], at, -1) ?? next(index[code], at, 1) ?? at));
  }
  const periodOf = (ms) => Math.max(0, Math.min(starts.length - 2, starts.findIndex((start) => start > ms) - 1 < 0 ? (ms < starts[0] ? 0 : starts.length - 2) : starts.findIndex((start) => start > ms) - 1));

  let frame = 0;
  function setAt(at) {
    choice.at = at;
    for (const slider of $$("input[name=at]")) {
      slider.value = at;
      slider.setAttribute("aria-valuetext", when(at));
    }
    for (const output of $$("output.when")) output.textContent = when(at);
    const told = (row) => (row ? `${row.value}, ${word("from_data", { p: row.share_text })}` : "");
    for (const figure of $$("figure.curve")) {
      const row = rowAt(figure.dataset.state, at);
      $(".value", figure).textContent = row ? `${view.time.periods[at]}: ${told(row)}` : "";
    }
    for (const line of $$(".stands li")) {
      const row = rowAt(line.dataset.state, at);
      $(".value", line).textContent = row ? told(row) : "\u2013";
      line.dataset.shade = row ? shade(row) : "weak";
    }
    // charts follow once per frame, however fast the slider moves
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      for (const [figure, chart] of drawn) {
        if (figure.dataset.chart === "curve") chart.view.signal("at", starts[choice.at]).runAsync();
        if (figure.dataset.chart === "map") chart.view.data("place", places()).runAsync();
      }
    });
    keep();
  }
  const shade = (row) => (row.share < WEAK ? "weak" : `d${[-0.8, -0.45, -0.15, 0.15, 0.45, 0.8].filter((edge) => row.mid >= edge).length}`);

  // ---- data and pictures of a chart
  function tools(figure) {
    if ($(".save", figure)) return;
    const caption = $("figcaption", figure) ?? figure.insertBefore(element("figcaption"), figure.firstChild);
    const room = $(".do", caption) ?? caption.appendChild(element("span", { class: "do" }));
    for (const [label, run, spoken] of [[word("table"), showTable], [word("copy_link"), copyLink], ["CSV", saveCsv, 1], ["SVG", saveSvg, 1], ["PNG", savePng, 1]]) {
      const button = element("button", { type: "button", class: "save", "aria-label": spoken ? `${word("download")} ${label}` : "" }, label);
      button.addEventListener("click", () => run(figure, button));
      room.append(button);
    }
  }
  // the chart as a table, for those who rather read, listen or use keys
  function showTable(figure, button) {
    const old = $(".data", figure);
    button.textContent = word(old ? "table" : "hide_table");
    button.setAttribute("aria-expanded", String(!old));
    if (old) return old.remove();
    const titles = { name: "state", state: "state", time: "time", kind: "evidence", when: "date", label: "what", row: "what", week: "week", value: "value", any: "at_least_one", base_value: "without_event", share_text: "data_share", toward: "toward_short", n: "rows", option: "option" };
    const all = Object.values(makers[figure.dataset.chart](figure)?.data ?? {})[0] ?? [];
    const rows = all.filter((row) => row.mid !== null).slice(-600);
    const columns = Object.keys(titles).filter((key) => rows.some((row) => row[key] !== undefined && row[key] !== ""));
    const cell = (row, key) => element(key === columns[0] ? "th" : "td", key === columns[0] ? { scope: "row" } : {}, bdi(String(row[key] ?? "")));
    const line = (row) => {
      const ask = element("button", { type: "button", class: "why" }, word("why"));
      ask.addEventListener("click", () => why(figure, row));
      return element("tr", {}, ...columns.map((key) => cell(row, key)), element("td", {}, ask));
    };
    const table = element("table", {},
      element("thead", {}, element("tr", {}, ...columns.map((key) => element("th", { scope: "col" }, word(titles[key]))), element("td"))),
      element("tbody", {}, ...rows.map(line)));
    figure.append(element("div", { class: "data scroll", tabindex: "0", role: "group", "aria-label": word("table") }, table));
  }
  async function copyLink(figure, button) {
    choice.see = figure.id;
    keep();
    const told = await navigator.clipboard?.writeText(location.href).then(() => "link_copied", () => "link_set") ?? "link_set";
    button.textContent = word(told);
    setTimeout(() => { button.textContent = word("copy_link"); }, 2500);
  }
  const fileName = (figure, ending) => ["tiltmeter", view.head.theatre, figure.dataset.chart, figure.dataset.state ?? figure.dataset.definition ?? figure.dataset.at, choice.basis].filter(Boolean).join("-") + ending;
  function save(href, file) {
    const link = element("a", { href, download: file });
    document.body.append(link);
    link.click();
    link.remove();
  }
  const saveBlob = (text, type, file) => {
    const href = URL.createObjectURL(new Blob([text], { type }));
    save(href, file);
    setTimeout(() => URL.revokeObjectURL(href), 1e4);
  };
  function saveCsv(figure) {
    const rows = Object.values(makers[figure.dataset.chart](figure).data)[0];
    const columns = Object.keys(rows[0] ?? {}).filter((key) => key !== "edge");
    // a spreadsheet must not take a text for a formula
    const cell = (value) => (typeof value === "number" || value === null ? String(value ?? "") : `"${String(value ?? "").replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`);
    const time = (row) => ({ ...row, t: iso(row.t), ...(row.t2 ? { t2: iso(row.t2) } : {}) });
    const lines = rows.map((row) => columns.map((key) => cell((row.t === undefined ? row : time(row))[key])).join(","));
    saveBlob([columns.join(","), ...lines].join("\r\n") + "\r\n", "text/csv", fileName(figure, ".csv"));
  }
  const saveSvg = async (figure) => saveBlob(await drawn.get(figure).view.toSVG(), "image/svg+xml", fileName(figure, ".svg"));
  const savePng = async (figure) => {
    const view = drawn.get(figure).view, ground = view.background();
    view.background(style().getPropertyValue("--paper").trim());
    save(await view.toImageURL("png", 2), fileName(figure, ".png"));
    view.background(ground);
  };

  // ---- evidence
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(attributes)) if (value) made.setAttribute(key, value);
    made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return made;
  }
  // dates and intervals stay on one line
  const dated = (text) => text.split(/(\d{4}-\d\d-\d\d(?:\/\d{4}-\d\d-\d\d)?)/).map((part, at) => (at % 2 ? element("time", {}, part) : part));
  const bdi = (text) => element("bdi", {}, text);
  const tag = (text) => element("span", { class: "tag" }, text);
  const date = (row) => (row.start ? (row.end && row.end !== row.start ? `${row.start}/${row.end}` : row.start) : row.told ?? "");
  const safe = (url) => (/^https?:\/\//i.test(url ?? "") ? url : "");
  const linked = (text, url) => (safe(url) ? element("a", { href: url, rel: "noopener noreferrer external" }, bdi(text)) : bdi(text));

  function sentence(row) {
    const document = view.evidence.documents[row.doc];
    const [before, deed, after] = row.text;
    const item = element("li", { class: row.kind },
      element("p", { class: "meta" }, element("time", {}, date(row)), " ", bdi(`${name(row.giver)} → ${name(row.taker)}`), " ", element("span", { class: "rootname", title: word(row.kind) }, row.root)));
    if (before || deed || after)
      item.append(element("blockquote", { lang: document?.language === "und" ? "" : document?.language }, element("bdi", {}, before, deed ? element("mark", {}, deed) : "", after)));
    const meta = element("p", { class: "meta" });
    if (row.by) meta.append(word("spoken_by", { who: row.by }), " · ");
    if (document) meta.append(linked(document.title || row.doc, document.url), ` · ${[document.outlet, document.date].filter(Boolean).join(", ")} · `);
    meta.append(`${percent(100 * row.sure)} · `, bdi(row.key), " ");
    if (row.written) meta.append(tag(word("written_mark")), " ");
    if (row.background) meta.append(tag(word("background_mark")));
    else if (!row.counts) meta.append(tag(word("not_counted")));
    item.append(meta);
    return item;
  }
  const visible = (row) => choice.basis === "all" || !row.written;
  function rowsIn(codes, low, high, kind) {
    const within = (period) => period >= low && period <= high, states = codes.map((code) => index[code]);
    const wanted = (name) => !kind || kind === name;
    return {
      events: view.evidence.events.filter((row) => states.includes(row.state) && within(row.period) && visible(row) && wanted(row.kind)),
      calls: wanted("votes") ? view.evidence.calls.filter((row) => within(row.period) && states.some((state) => row.choices[state] !== "-")) : [],
      figures: wanted("figures") ? view.evidence.figures.filter((row) => states.includes(row[0]) && within(row[2])) : [],
    };
  }
  const LISTED = 80; // rows of a kind in the panel at most
  const section = (title, rows, made, list = "ol") => rows.length
    ? [element("h3", {}, `${title} (${rows.length})`), element(list, { class: "rows" }, ...rows.slice(0, LISTED).map(made)),
      rows.length > LISTED ? element("p", { class: "small" }, word("rows_left", { n: rows.length - LISTED })) : null]
    : [];
  const poles = [view.head.poles.a.name, view.head.poles.b.name];
  function vote(call, codes) {
    const last = view.states.length, says = (at) => word(`choice_${call.choices[at]}`);
    const own = codes.filter((code) => call.choices[index[code]] !== "-").map((code) => `${name(code)}: ${says(index[code])}`);
    return element("li", {},
      element("p", { class: "meta" }, element("time", {}, call.date), " ", linked(call.symbol || call.key, call.url)), bdi(call.title),
      element("p", {}, element("b", {}, own.join(" · ")), ` · ${poles[0]}: ${says(last)} · ${poles[1]}: ${says(last + 1)}`));
  }
  const figureOf = ([state, pole, , day, days, value]) => element("li", {},
    `${view.states[state].name} \u2013 ${poles[pole]}: ${value > 0 ? "+" : ""}${fixed(value, 1)} `, element("span", { class: "meta" }, `${day}, ${word("days_of", { n: days })}`));
  const tie = (fact) => element("li", {}, `${word(`kind_${fact.kind}`)}: `, bdi(`${name(fact.a)} \u2013 ${name(fact.b)}`),
    ` ${[fact.since && `${word("since")} ${fact.since}`, fact.until && `${word("until")} ${fact.until}`].filter(Boolean).join(" ")}`, element("p", { class: "meta" }, bdi(fact.citation)));

  // the panel with the rows of some states between two periods
  function fill(title, value, codes, low, high, kind) {
    const panel = $("#panel"), opened = panel.hidden, found = rowsIn(codes, low, high, kind);
    if (opened) panel.opener = document.activeElement;
    $("#panel-h").replaceChildren(...dated(title));
    $(".value", panel).textContent = value;
    const rest = codes.length === 1 && low === high && view.evidence.more[`${index[codes[0]]}/${low}`];
    const parts = [
      ...section(word("sentences"), found.events, sentence),
      rest ? element("p", { class: "small" }, word("more_rows", { n: rest, state: codes[0], period: view.time.periods[low] })) : null,
      ...section(word("votes_of"), found.calls, (call) => vote(call, codes)),
      ...section(word("figures_of"), found.figures, figureOf, "ul"),
    ];
    if (!parts.some(Boolean)) parts.push(element("p", { class: "empty" }, word("nothing")));
    const first = view.time.starts[low], last = view.time.starts[high + 1];
    const ties = view.evidence.facts.filter((fact) => (codes.includes(fact.a) || codes.includes(fact.b)) && fact.kind !== "border" && (!fact.since || fact.since <= last) && (!fact.until || fact.until >= first));
    if (ties.length) parts.push(element("details", { open: kind === "facts" ? "open" : "" }, element("summary", {}, `${word("ties_of")} (${ties.length})`), element("ul", { class: "rows" }, ...ties.slice(0, LISTED).map(tie))));
    $(".list", panel).replaceChildren(...parts.filter(Boolean));
    panel.hidden = false;
    panel.scrollTop = 0;
    if (opened) $("#panel-h").focus({ preventScroll: true });
  }
  function openWhy(code, at) {
    if (!(code in index)) return;
    choice.why = code;
    setAt(at);
    const row = rowAt(code, at);
    fill(word("evidence_at", { state: name(code), period: when(at) }), row ? `${word(`gauge_${choice.gauge}`)}: ${row.value}, ${word("from_data", { p: row.share_text })}` : "", [code], at, at);
    $("#panel .steps").hidden = false;
    for (const button of $$("#panel [data-step]")) button.disabled = next(index[code], at, +button.dataset.step) === null;
    keep();
  }
  function openRows({ codes, days, kind }) {
    const [low, high] = days.map((day) => periodOf(Date.parse(day)));
    choice.why = "";
    const who = `${codes.length > 1 ? word("all_states") : name(codes[0])}${kind ? ` \u00b7 ${word(kind)}` : ""}`;
    fill(word("evidence_between", { who, from: days[0], until: days[1] }), "", codes, low, high, kind);
    $("#panel .steps").hidden = true;
    keep();
  }
  function next(state, at, step) {
    const periods = new Set([
      ...view.evidence.events.filter((row) => row.state === state && visible(row)).map((row) => row.period),
      ...view.evidence.calls.filter((row) => row.choices[state] !== "-").map((row) => row.period)]);
    const beyond = [...periods].filter((period) => (period - at) * step > 0).sort((a, b) => (a - b) * step);
    return beyond[0] ?? null;
  }
  function closeWhy() {
    const panel = $("#panel");
    if (panel.hidden) return;
    panel.hidden = true;
    choice.why = "";
    panel.opener?.focus?.({ preventScroll: true });
    keep();
  }

  // ---- sentences as a list, made when it is opened
  function listSentences() {
    const details = $("#sentences");
    if (!details) return;
    const fill = () => {
      const wanted = $("select", details)?.value ?? "";
      const once = new Map();
      for (const row of view.evidence.events)
        if (!wanted || view.states[row.state].code === wanted) once.set(row.key, row);
      const rows = [...once.values()].sort((a, b) => (date(a) < date(b) ? -1 : 1)).slice(0, 500);
      $("ol", details)?.remove();
      details.append(element("ol", { class: "rows" }, ...rows.map(sentence)));
    };
    details.addEventListener("toggle", () => {
      if (!details.open || $("select", details)) return;
      const select = element("select", {}, element("option", { value: "" }, word("every")), ...view.states.map((state) => element("option", { value: state.code }, state.name)));
      select.firstChild.value = "";
      select.addEventListener("change", fill);
      $(".list", details).append(element("label", { class: "pick" }, word("filter_state"), select));
      fill();
    });
  }

  // ---- choices, kept in the address
  let normalAt = 0;
  function keep() {
    const parts = new URLSearchParams();
    for (const [key, normal] of [["basis", "record"], ["gauge", "tilt"], ["from", ""], ["power", view.head.poles.a.code], ["subject", view.head.theatre], ["one", view.forecasts[0]?.a ?? ""], ["other", view.forecasts[0]?.b ?? ""], ["see", ""]])
      if (choice[key] !== normal) parts.set(key, choice[key]);
    if (choice.why) parts.set("why", `${choice.why}/${view.time.periods[choice.at]}`);
    else if (choice.at !== normalAt) parts.set("at", view.time.periods[choice.at]);
    const text = parts.toString().replaceAll("%2F", "/");
    if (text || location.hash.includes("=")) history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  }
  function read() {
    if (!location.hash.includes("=")) return;
    const parts = new URLSearchParams(location.hash.slice(1));
    for (const key of ["basis", "gauge", "from", "power", "subject", "one", "other", "see"]) if (parts.has(key)) choice[key] = parts.get(key);
    if (!view.bases[choice.basis]) choice.basis = "record";
    const [code, period] = (parts.get("why") ?? "").split(/\/(.*)/);
    const at = view.time.periods.indexOf(period);
    if (code in index && at >= 0) choice.why = code, choice.at = at;
    else choice.at = Math.max(0, view.time.periods.indexOf(parts.get("at")));
    if (!parts.has("at") && !choice.why) choice.at = normalAt;
  }
  function gauges() {
    for (const input of $$("input[name=gauge]")) input.disabled = !(input.value in basis().curves);
    if (!(choice.gauge in basis().curves)) choice.gauge = "tilt";
    for (const input of $$("input[name=gauge]")) input.checked = input.value === choice.gauge;
  }
  function silent() {
    const bare = ["words", "deeds"].filter((kind) => !basis().gauges.includes(kind)).map((kind) => word(kind));
    $("#silent").hidden = !bare.length;
    $("#silent").textContent = word("no_data_on", { kinds: bare.join(", ") });
  }
  function peaks() {
    const why = basis().absent[choice.power] ?? {}, lines = Object.entries(why);
    $("#absent").hidden = !lines.length;
    $("#absent").replaceChildren(element("p", {}, `${word("absent")}: `), element("ul", {}, ...lines.map(([key, text]) => element("li", {}, `${word(`def_${key}`)}: `, element("span", { lang: "en" }, text)))));
    for (const figure of $$("figure.influence")) {
      const told = claimsOn().flatMap((claim) => claim[choice.basis].definitions.filter((one) => one.name === figure.dataset.definition && one.probability !== null)
        .map((one) => word("peak_in_window", { window: claim.about.window.join("/"), p: one.text, prior: one.prior_text })));
      $(".peak", figure).replaceChildren(...dated(told[0] ?? ""));
    }
  }
  function show() {
    document.documentElement.dataset.basis = choice.basis;
    gauges();
    silent();
    peaks();
    setAt(choice.at);
    redraw();
    if (choice.why) openWhy(choice.why, choice.at);
  }
  function begin() {
    choice.power = view.head.poles.a.code;
    const turn = Date.parse(view.head.after[0]);
    choice.at = normalAt = periodOf(turn);
    choice.one = view.forecasts[0]?.a ?? "";
    choice.other = view.forecasts[0]?.b ?? "";
    read();
    for (const key of ["basis", "gauge"]) for (const input of $$(`input[name=${key}]`)) {
      input.checked = input.value === choice[key];
      input.addEventListener("change", () => { choice[key] = input.value; show(); });
    }
    for (const key of ["from", "power", "subject", "one", "other"]) {
      const select = $(`select[name=${key}]`);
      if (!select) continue;
      select.value = choice[key];
      select.addEventListener("change", () => { choice[key] = select.value; show(); });
    }
    for (const slider of $$("input[name=at]")) slider.addEventListener("input", () => setAt(+slider.value));
    for (const button of $$("button.why")) button.addEventListener("click", () => {
      const code = button.dataset.state;
      if (button.dataset.day) return openWhy(code, periodOf(Date.parse(button.dataset.day)));
      if (button.dataset.since) return openWhy(code, next(index[code], periodOf(turn) - 1, 1) ?? choice.at);
      openNear(code, choice.at);
    });
    $("#panel .close").addEventListener("click", closeWhy);
    for (const button of $$("[data-step]")) button.addEventListener("click", () => openWhy(choice.why, next(index[choice.why], choice.at, +button.dataset.step) ?? choice.at));
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeWhy(); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw());
    addEventListener("beforeprint", () => waiting.forEach(now));
    listSentences();
    show();
    if (choice.see) document.getElementById(choice.see)?.scrollIntoView();
  }
  begin();
})();
