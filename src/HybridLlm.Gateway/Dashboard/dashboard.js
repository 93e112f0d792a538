"use strict";
const $ = id => document.getElementById(id);
const every = 2000;

// Text only: nothing a server or a client says may become markup.
function cell(text, kind) {
  const td = document.createElement("td");
  td.textContent = text ?? "";
  if (kind) td.className = kind;
  return td;
}

function rows(id, items, columns, none) {
  const list = items.map(item => {
    const tr = document.createElement("tr");
    tr.append(...columns(item));
    return tr;
  });
  if (list.length === 0) {
    const tr = document.createElement("tr");
    tr.append(cell(none));
    list.push(tr);
  }
  $(id).replaceChildren(...list);
}

const time = text => new Date(text).toLocaleTimeString(undefined, { hour12: false });
const usd = value => "$" + (value ?? 0).toFixed(value && value < 0.01 ? 6 : 2);

function seams(answer) {
  const end = answer.complete ? (answer.exact === false ? "approximate" : answer.exact ? "exact" : "") : "not finished";
  const moves = answer.seams.map(s => `${s.from} → ${s.to} after ${s.after_characters} characters (${s.cause})`);
  return [...moves, end].filter(t => t).join("; ");
}

function show(state) {
  $("at").textContent = "as of " + time(state.at);
  $("at").className = "";
  $("ask").hidden = true;
  $("held").textContent = state.held;
  const atHome = state.servers.reduce((sum, s) => sum + s.open, 0);
  $("open").textContent = atHome + (state.rented?.requests ?? 0);
  $("cost").textContent = usd(state.answers_usd_today);
  rows("servers", state.servers, s => [
    cell(s.address),
    s.fault ? cell(s.fault, "bad") : s.draining ? cell("draining", "moved") : cell("up", "good"),
    cell(s.version),
    cell(s.open, "n"),
    cell(s.resident.join(", ")),
  ], "none configured");
  $("rented").hidden = $("spent").hidden = !state.rented;
  if (state.rented) {
    const r = state.rented;
    $("spent").firstChild.textContent = usd(r.spent_usd_today);
    $("node").textContent = r.stage
      ? `${r.model}: ${r.stage}, ${r.message} About ${r.eta_seconds} s left; ${r.requests} requests wait or are answered.`
      : `${r.model}: ${r.requests > 0 ? r.requests + " requests" : "nobody asks"}.`;
  }
  rows("answers", state.answers, a => [
    cell(time(a.ended_at)),
    cell(a.model),
    cell(a.caller),
    cell(a.seconds.toFixed(2), "n"),
    cell(a.answer_tokens != null ? `${a.prompt_tokens} + ${a.answer_tokens}` : "–", "n"),
    cell(usd(a.usd), "n"),
    cell(seams(a), a.complete ? (a.seams.length ? "moved" : "") : "bad"),
  ], "none yet");
}

async function look() {
  try {
    const key = sessionStorage.getItem("key");
    const response = await fetch("/hybridllm/state", { headers: key ? { "x-api-key": key } : {} });
    const body = await response.json();
    if (response.ok) show(body);
    else {
      $("ask").hidden = response.status !== 401 && response.status !== 403;
      say(body.error);
    }
  } catch (e) {
    say("The gateway does not answer.");
  }
  setTimeout(look, every);
}

function say(text) {
  $("at").textContent = text;
  $("at").className = "bad";
}

$("key").addEventListener("change", e => sessionStorage.setItem("key", e.target.value));
look();
