// The calendar's library calls its grid a table, and its list a list, and puts buttons where these have only rows and
// cells, which readers of screens stumble over. What is booked are buttons with whole sentences: they read in order.

const NAMES = ["table", "rowgroup", "row", "rowheader", "columnheader", "cell", "list", "listitem"];
const OF_A_TABLE = NAMES.map((name) => `[role=${name}]`).join(", ");
const COUNTS = ["aria-colindex", "aria-rowindex", "aria-colcount", "aria-rowcount", "aria-colspan", "aria-rowspan"];

export function withoutTable(root, label) {
  const mend = () => {
    root.querySelectorAll(OF_A_TABLE).forEach((one) => one.removeAttribute("role"));
    for (const name of COUNTS) root.querySelectorAll(`[${name}]`).forEach((one) => one.removeAttribute(name));
    const scrolled = root.querySelector(".ec-main");
    if (scrolled && scrolled.tabIndex < 0) {
      scrolled.tabIndex = 0;
      scrolled.setAttribute("role", "group");
      scrolled.setAttribute("aria-label", label);
    }
  };
  new MutationObserver(mend).observe(root, { childList: true, subtree: true, attributes: true, attributeFilter: ["role", ...COUNTS] });
  mend();
}
