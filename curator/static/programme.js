// Air time: the shares while somebody types. Week: the present's hour looked at again every minute.

const form = document.getElementById("weights");
if (form) {
  const rows = [...form.querySelectorAll("tbody tr")];
  const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent", maximumFractionDigits: 1 });
  const weight = (row) => Math.max(0, Number(row.querySelector(".weight").value) || 0);
  form.addEventListener("input", () => {
    const whole = rows.reduce((sum, row) => sum + weight(row), 0) || 1;
    for (const row of rows) {
      const share = weight(row) / whole;
      const seconds = Math.floor(3420 * share);
      row.querySelector("[data-share]").textContent = percent.format(share);
      row.querySelector("[data-hour]").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
      row.querySelector(".share .fill").setAttribute("width", String(Math.round(share * 100)));
    }
  });
}

const MINUTE_MS = 60_000;
const week = document.getElementById("week");
if (week) {
  setInterval(async () => {
    if (document.hidden || week.contains(document.activeElement)) return;
    try {
      const answer = await fetch(location.href, { credentials: "same-origin" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("week");
      const open = week.querySelector("details")?.open;
      if (fresh) week.replaceChildren(...fresh.childNodes);
      if (open) week.querySelector("details").open = true;
    } catch { /* the network is away: the next minute asks again */ }
  }, MINUTE_MS);
}
