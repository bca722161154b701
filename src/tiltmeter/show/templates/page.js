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
  const choice = { basis: "record", gauge: "tilt", from: "", at: 0, why: "", power: "", subject: view.head.theatre };
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
  const rowsOf = (series, kept) => kept.map((at, i) => {
    const [lo, q1, mid, q3, hi] = series.q.map((line) => (line[i] === null ? null : line[i] / series.k));
    const share = series.s[i], near = [series.s[i - 1] ?? share, series.s[i + 1] ?? share];
    const row = { t: starts[at], at, lo, q1, mid, q3, hi, share, edge: near.some((other) => other < WEAK !== share < WEAK) };
    return mid === null ? row : { ...row, when: when(at), value: interval(row), share_text: percent(share) };
  });
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
    answer: () => ({
      data: { answer: basis().answers.flatMap((one) => ["before", "now"].map((time) => ({ ...one[time], state: one.name, time: word(`time_${time}`), value: one.values[time], share_text: percent(one[time].share) }))).filter((row) => row.mid !== null) },
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
      data: { moves: basis().moves.map((row) => ({ ...row, state: row.name, kind: word(row.gauge), toward: row.chance, share_text: percent(row.share) })).filter((row) => row.mid !== null) },
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
    choices: (figure) => ({ data: { choices: view.sensitivity.filter((row) => row.state === figure.dataset.state) } }),
    rests: () => ({
      data: { rests: within(basis().rests.map((row) => {
        const [t, t2] = quarter(row.quarter);
        return { t, t2, n: row.n, kind: word(row.kind), label: row.quarter };
      })) },
      params: span(),
    }),
  };
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
    if (kind === "curve") result.view.addEventListener("click", (event) => pickAt(figure, result.view, event));
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

  function pickAt(figure, chart, event) {
    const box = chart.container().querySelector("svg").getBoundingClientRect();
    const ms = +chart.scale("x").invert(event.clientX - box.left - chart.origin()[0]);
    setAt(periodOf(ms));
    openWhy(figure.dataset.state, choice.at);
  }
  const periodOf = (ms) => Math.max(0, Math.min(starts.length - 2, starts.findIndex((start) => start > ms) - 1 < 0 ? (ms < starts[0] ? 0 : starts.length - 2) : starts.findIndex((start) => start > ms) - 1));

  function setAt(at) {
    choice.at = at;
    const slider = $("input[name=at]");
    slider.value = at;
    slider.setAttribute("aria-valuetext", when(at));
    $("output[name=when]").textContent = when(at);
    for (const figure of $$("figure.curve")) {
      const series = basis().curves[choice.gauge]?.[figure.dataset.state];
      const value = $(".value", figure);
      const kept = view.time.kept;
      const near = kept.reduce((best, here, i) => (Math.abs(here - at) < Math.abs(kept[best] - at) ? i : best), 0);
      const row = series && rowsOf(series, kept)[near];
      value.textContent = row && row.mid !== null ? `${view.time.periods[at]}: ${row.value}, ${word("from_data", { p: row.share_text })}` : "";
      drawn.get(figure)?.view.signal("at", starts[at]).runAsync();
    }
    keep();
  }

  // ---- data and pictures of a chart
  function tools(figure) {
    if ($(".save", figure)) return;
    const caption = $("figcaption", figure) ?? figure.insertBefore(element("figcaption"), figure.firstChild);
    const room = $(".do", caption) ?? caption.appendChild(element("span", { class: "do" }));
    for (const [label, run] of [["CSV", saveCsv], ["SVG", saveSvg], ["PNG", savePng]]) {
      const button = element("button", { type: "button", class: "save", "aria-label": `${word("download")} ${label}` }, label);
      button.addEventListener("click", () => run(figure));
      room.append(button);
    }
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
  const rowsAt = (state, at) => ({
    events: view.evidence.events.filter((row) => row.state === state && row.period === at && visible(row)),
    calls: view.evidence.calls.filter((row) => row.period === at && row.choices[state] !== "-"),
    figures: view.evidence.figures.filter((row) => row[0] === state && row[2] === at),
  });
  const section = (title, list) => [element("h3", {}, title), list];

  function openWhy(code, at, focus = true) {
    const state = index[code];
    if (state === undefined) return;
    const panel = $("#panel"), list = $(".list", panel), found = rowsAt(state, at), opened = panel.hidden;
    if (opened) panel.opener = document.activeElement;
    choice.why = code;
    setAt(at);
    $("#panel-h").replaceChildren(...dated(word("evidence_at", { state: name(code), period: when(at) })));
    $(".value", panel).textContent = $(`figure.curve[data-state="${code}"] .value`)?.textContent ?? "";
    const parts = [];
    if (found.events.length) {
      const rest = view.evidence.more[`${state}/${at}`];
      parts.push(...section(word("sentences"), element("ol", { class: "rows" }, ...found.events.map(sentence))));
      if (rest) parts.push(element("p", { class: "small" }, word("more_rows", { n: rest, state: code, period: view.time.periods[at] })));
    }
    if (found.calls.length) {
      const poles = [view.head.poles.a.name, view.head.poles.b.name], last = view.states.length;
      parts.push(...section(word("votes_of"), element("ol", { class: "rows" }, ...found.calls.map((call) => element("li", {},
        element("p", { class: "meta" }, element("time", {}, call.date), " ", linked(call.symbol || call.key, call.url)), bdi(call.title),
        element("p", {}, element("b", {}, `${name(code)}: ${word(`choice_${call.choices[state]}`)}`), ` · ${poles[0]}: ${word(`choice_${call.choices[last]}`)} · ${poles[1]}: ${word(`choice_${call.choices[last + 1]}`)}`))))));
    }
    if (found.figures.length)
      parts.push(...section(word("figures_of"), element("ul", { class: "rows" }, ...found.figures.map(([, pole, , day, days, value]) => element("li", {},
        `${name(code)} – ${pole ? view.head.poles.b.name : view.head.poles.a.name}: ${value > 0 ? "+" : ""}${fixed(value, 1)} `, element("span", { class: "meta" }, `${day}, ${word("days_of", { n: days })}`))))));
    if (!parts.length) parts.push(element("p", { class: "empty" }, word("nothing")));
    const first = view.time.starts[at];
    const ties = view.evidence.facts.filter((fact) => (fact.a === code || fact.b === code) && fact.kind !== "border" && (!fact.since || fact.since <= first) && (!fact.until || fact.until >= first));
    if (ties.length) {
      const items = ties.map((fact) => element("li", {}, `${word(`kind_${fact.kind}`)}: `, bdi(`${name(fact.a)} – ${name(fact.b)}`), ` ${[fact.since && `${word("since")} ${fact.since}`, fact.until && `${word("until")} ${fact.until}`].filter(Boolean).join(" ")}`, element("p", { class: "meta" }, bdi(fact.citation))));
      parts.push(element("details", {}, element("summary", {}, `${word("ties_of")} (${ties.length})`), element("ul", { class: "rows" }, ...items)));
    }
    list.replaceChildren(...parts);
    panel.hidden = false;
    panel.scrollTop = 0;
    for (const button of $$("[data-step]", panel)) button.disabled = next(state, at, +button.dataset.step) === null;
    if (focus && opened) $("#panel-h").focus({ preventScroll: true });
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
  function keep() {
    const parts = new URLSearchParams();
    for (const [key, normal] of [["basis", "record"], ["gauge", "tilt"], ["from", ""], ["power", view.head.poles.a.code], ["subject", view.head.theatre]])
      if (choice[key] !== normal) parts.set(key, choice[key]);
    if (choice.why) parts.set("why", `${choice.why}/${view.time.periods[choice.at]}`);
    const text = parts.toString().replaceAll("%2F", "/");
    if (text || location.hash.includes("=")) history.replaceState(null, "", text ? `#${text}` : location.pathname + location.search);
  }
  function read() {
    if (!location.hash.includes("=")) return;
    const parts = new URLSearchParams(location.hash.slice(1));
    for (const key of ["basis", "gauge", "from", "power", "subject"]) if (parts.has(key)) choice[key] = parts.get(key);
    if (!view.bases[choice.basis]) choice.basis = "record";
    const [code, period] = (parts.get("why") ?? "").split(/\/(.*)/);
    const at = view.time.periods.indexOf(period);
    if (code in index && at >= 0) choice.why = code, choice.at = at;
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
    if (choice.why) openWhy(choice.why, choice.at, false);
  }
  function begin() {
    choice.power = view.head.poles.a.code;
    const turn = Date.parse(view.head.after[0]);
    choice.at = periodOf(turn);
    read();
    for (const key of ["basis", "gauge"]) for (const input of $$(`input[name=${key}]`)) {
      input.checked = input.value === choice[key];
      input.addEventListener("change", () => { choice[key] = input.value; show(); });
    }
    for (const key of ["from", "power", "subject"]) {
      const select = $(`select[name=${key}]`);
      if (!select) continue;
      select.value = choice[key];
      select.addEventListener("change", () => { choice[key] = select.value; show(); });
    }
    $("input[name=at]").addEventListener("input", (event) => setAt(+event.target.value));
    for (const button of $$("button.why")) button.addEventListener("click", () => {
      const code = button.dataset.state, state = index[code];
      if (button.dataset.day) return openWhy(code, periodOf(Date.parse(button.dataset.day)));
      const own = rowsAt(state, choice.at), bare = !own.events.length && !own.calls.length;
      openWhy(code, button.dataset.since ? (next(state, periodOf(turn) - 1, 1) ?? choice.at) : bare ? (next(state, choice.at, 1) ?? choice.at) : choice.at);
    });
    $("#panel .close").addEventListener("click", closeWhy);
    for (const button of $$("[data-step]")) button.addEventListener("click", () => openWhy(choice.why, next(index[choice.why], choice.at, +button.dataset.step) ?? choice.at));
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeWhy(); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => redraw());
    addEventListener("beforeprint", () => waiting.forEach(now));
    listSentences();
    show();
  }
  begin();
})();
