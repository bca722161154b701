// Tells how far a job is, and goes on when it is done. Without scripts the pages reload themselves.
(() => {
  "use strict";
  const wait = document.querySelector("[data-wait]"), note = document.getElementById("job");
  const get = async (address) => (await fetch(address, { cache: "no-store", headers: { accept: "application/json" } })).json();
  async function look() {
    const { wait: kind, language } = wait.dataset, bar = document.querySelector("progress");
    const told = kind === "page" ? await get(`/ready?language=${language}`) : await get(`/api/jobs/${kind}`);
    if (told.state !== "running") return location.reload();
    if (told.progress > 0) {
      bar.value = told.progress;
      document.getElementById("share").textContent = `${Math.round(100 * told.progress)} %`;
    }
    setTimeout(() => look().catch(again), 700);
  }
  const again = () => setTimeout(() => look().catch(again), 3000);
  if (wait) look().catch(again);
  async function tell() {
    const running = (await get("/api/jobs")).find((job) => job.state === "running" && job.verb !== "read");
    if (!running && !note.hidden) return location.reload();
    note.hidden = !running;
    if (running) note.textContent = note.dataset.said.replace("{job}", running.verb).replace("{p}", Math.round(100 * running.progress));
    setTimeout(() => tell().catch(() => {}), running ? 1500 : 15000);
  }
  if (note) tell().catch(() => {});
})();
