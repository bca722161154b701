"""Scores find() against linked reports: `python -m tests.actors.links [--show N]` prints recall and precision.

The table from article titles to codes was written before the first score was taken. A title
counts when it is a state, its government, army, police, ministry or office, an organisation
with a code, or one of the leaders named below while in office.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tiltmeter.actors import find

STATES = {
    "Afghanistan": "AFG", "Albania": "ALB", "Algeria": "DZA", "Andorra": "AND", "Angola": "AGO", "Argentina": "ARG",
    "Armenia": "ARM", "Australia": "AUS", "Austria": "AUT", "Azerbaijan": "AZE", "The Bahamas": "BHS", "Bahrain": "BHR",
    "Bangladesh": "BGD", "Barbados": "BRB", "Belarus": "BLR", "Belgium": "BEL", "Belize": "BLZ", "Benin": "BEN",
    "Bhutan": "BTN", "Bolivia": "BOL", "Bosnia and Herzegovina": "BIH", "Botswana": "BWA", "Brazil": "BRA",
    "Brunei": "BRN", "Bulgaria": "BGR", "Burkina Faso": "BFA", "Burundi": "BDI", "Cambodia": "KHM", "Cameroon": "CMR",
    "Canada": "CAN", "Cape Verde": "CPV", "Central African Republic": "CAF", "Chad": "TCD", "Chile": "CHL",
    "China": "CHN", "People's Republic of China": "CHN", "the People's Republic of China": "CHN", "Colombia": "COL",
    "Comoros": "COM", "Democratic Republic of the Congo": "COD", "Republic of the Congo": "COG", "Costa Rica": "CRI",
    "Ivory Coast": "CIV", "Croatia": "HRV", "Cuba": "CUB", "Cyprus": "CYP", "Czech Republic": "CZE", "Czechia": "CZE",
    "Denmark": "DNK", "Djibouti": "DJI", "Dominican Republic": "DOM", "Ecuador": "ECU", "Egypt": "EGY",
    "El Salvador": "SLV", "Equatorial Guinea": "GNQ", "Eritrea": "ERI", "Estonia": "EST", "Eswatini": "SWZ",
    "Ethiopia": "ETH", "Fiji": "FJI", "Finland": "FIN", "France": "FRA", "Gabon": "GAB", "The Gambia": "GMB",
    "Georgia (country)": "GEO", "Germany": "DEU", "Ghana": "GHA", "Greece": "GRC", "Guatemala": "GTM", "Guinea": "GIN",
    "Guinea-Bissau": "GNB", "Guyana": "GUY", "Haiti": "HTI", "Honduras": "HND", "Hong Kong": "HKG", "Hungary": "HUN",
    "Iceland": "ISL", "India": "IND", "Indonesia": "IDN", "Iran": "IRN", "Iraq": "IRQ", "Ireland": "IRL",
    "Republic of Ireland": "IRL", "Israel": "ISR", "Italy": "ITA", "Jamaica": "JAM", "Japan": "JPN", "Jordan": "JOR",
    "Kazakhstan": "KAZ", "Kenya": "KEN", "Kiribati": "KIR", "North Korea": "PRK", "South Korea": "KOR", "Kosovo": "XKX",
    "Kuwait": "KWT", "Kyrgyzstan": "KGZ", "Laos": "LAO", "Latvia": "LVA", "Lebanon": "LBN", "Lesotho": "LSO",
    "Liberia": "LBR", "Libya": "LBY", "Liechtenstein": "LIE", "Lithuania": "LTU", "Luxembourg": "LUX",
    "Madagascar": "MDG", "Malawi": "MWI", "Malaysia": "MYS", "Maldives": "MDV", "Mali": "MLI", "Malta": "MLT",
    "Marshall Islands": "MHL", "Mauritania": "MRT", "Mauritius": "MUS", "Mexico": "MEX",
    "Federated States of Micronesia": "FSM", "Moldova": "MDA", "Monaco": "MCO", "Mongolia": "MNG", "Montenegro": "MNE",
    "Morocco": "MAR", "Mozambique": "MOZ", "Myanmar": "MMR", "Namibia": "NAM", "Nauru": "NRU", "Nepal": "NPL",
    "Netherlands": "NLD", "New Zealand": "NZL", "Nicaragua": "NIC", "Niger": "NER", "Nigeria": "NGA",
    "North Macedonia": "MKD", "Norway": "NOR", "Oman": "OMN", "Pakistan": "PAK", "Palau": "PLW",
    "State of Palestine": "PSE", "Palestine": "PSE", "Panama": "PAN", "Papua New Guinea": "PNG", "Paraguay": "PRY",
    "Peru": "PER", "Philippines": "PHL", "Poland": "POL", "Portugal": "PRT", "Qatar": "QAT", "Romania": "ROU",
    "Russia": "RUS", "Rwanda": "RWA", "Samoa": "WSM", "San Marino": "SMR", "Saudi Arabia": "SAU", "Senegal": "SEN",
    "Serbia": "SRB", "Seychelles": "SYC", "Sierra Leone": "SLE", "Singapore": "SGP", "Slovakia": "SVK",
    "Slovenia": "SVN", "Solomon Islands": "SLB", "Somalia": "SOM", "South Africa": "ZAF", "South Sudan": "SSD",
    "Spain": "ESP", "Sri Lanka": "LKA", "Sudan": "SDN", "Suriname": "SUR", "Sweden": "SWE", "Switzerland": "CHE",
    "Syria": "SYR", "Taiwan": "TWN", "Tajikistan": "TJK", "Tanzania": "TZA", "Thailand": "THA", "East Timor": "TLS",
    "Togo": "TGO", "Tonga": "TON", "Trinidad and Tobago": "TTO", "Tunisia": "TUN", "Turkey": "TUR",
    "Turkmenistan": "TKM", "Tuvalu": "TUV", "Uganda": "UGA", "Ukraine": "UKR", "United Arab Emirates": "ARE",
    "United Kingdom": "GBR", "United States": "USA", "Uruguay": "URY", "Uzbekistan": "UZB", "Vanuatu": "VUT",
    "Vatican City": "VAT", "Holy See": "VAT", "Venezuela": "VEN", "Vietnam": "VNM", "Yemen": "YEM", "Zambia": "ZMB",
    "Zimbabwe": "ZWE",
}  # fmt: skip

ADJECTIVES = {
    "Afghan": "AFG", "Algerian": "DZA", "Armenian": "ARM", "Australian": "AUS", "Austrian": "AUT", "Azerbaijani": "AZE",
    "Bangladesh": "BGD", "Belarusian": "BLR", "Brazilian": "BRA", "British": "GBR", "Bulgarian": "BGR",
    "Burkina Faso": "BFA", "Cameroonian": "CMR", "Canadian": "CAN", "Chadian": "TCD", "Chinese": "CHN",
    "Colombian": "COL", "Cuban": "CUB", "Danish": "DNK", "Dutch": "NLD", "Egyptian": "EGY", "Ethiopian": "ETH",
    "Finnish": "FIN", "French": "FRA", "Georgian": "GEO", "German": "DEU", "Greek": "GRC", "Hellenic": "GRC",
    "Hungarian": "HUN", "Indian": "IND", "Indonesian": "IDN", "Iranian": "IRN", "Iraqi": "IRQ", "Israel": "ISR",
    "Israeli": "ISR", "Italian": "ITA", "Japanese": "JPN", "Kenya": "KEN", "Kenyan": "KEN", "Kyrgyz": "KGZ",
    "Lebanese": "LBN", "Lithuanian": "LTU", "Malian": "MLI", "Mexican": "MEX", "Moldovan": "MDA", "Myanmar": "MMR",
    "Niger": "NER", "Nigerian": "NGA", "North Korean": "PRK", "Norwegian": "NOR", "Pakistan": "PAK",
    "Pakistani": "PAK", "Philippine": "PHL", "Polish": "POL", "Portuguese": "PRT", "Romanian": "ROU", "Royal": None,
    "Russian": "RUS", "Rwandan": "RWA", "Saudi": "SAU", "Senegalese": "SEN", "Serbian": "SRB", "Somali": "SOM",
    "South African": "ZAF", "South Korean": "KOR", "Spanish": "ESP", "Sudanese": "SDN", "Swedish": "SWE",
    "Syrian": "SYR", "Tajik": "TJK", "Taliban": "AFG", "Thai": "THA", "Turkish": "TUR", "U.S.": "USA", "US": "USA",
    "Ukrainian": "UKR", "United States": "USA", "Venezuelan": "VEN", "Vietnamese": "VNM", "Yemeni": "YEM",
}  # fmt: skip

OTHERS = {
    "Palestinians": "PSE", "Americans": "USA", "Israelis": "ISR", "Russians": "RUS", "Ukrainians": "UKR",
    "Syrians": "SYR", "British people": "GBR", "Filipinos": "PHL", "Indonesians": "IDN", "Colombians": "COL",
    "European Union": "EU", "European Commission": "EU", "European Parliament": "EU", "European Council": "EU",
    "NATO": "NATO", "United Nations": "UN", "United Nations Security Council": "UN", "UNICEF": "UN",
    "United Nations General Assembly": "UN", "United Nations Human Rights Council": "UN",
    "Organization for Security and Co-operation in Europe": "OSCE", "Taliban": "AFG-TAL", "Hamas": "PSE-REB",
    "Collective Security Treaty Organization": "CSTO", "Hezbollah": "LBN-REB", "Houthi movement": "YEM-REB",
    "Houthis": "YEM-REB", "Houthi": "YEM-REB", "Boko Haram": "NGA-REB", "Al-Shabaab (militant group)": "SOM-REB",
    "March 23 Movement": "COD-REB", "Rapid Support Forces": "SDN-REB", "Tatmadaw": "MMR",
    "Israel Defense Forces": "ISR", "Israeli Defense Forces": "ISR", "White House": "USA", "The Pentagon": "USA",
    "Federal Bureau of Investigation": "USA", "Islamic Revolutionary Guard Corps": "IRN", "Bundestag": "DEU",
    "State Duma": "RUS", "Knesset": "ISR", "People's Liberation Army": "CHN", "Federal Security Service": "RUS",
    "Security Service of Ukraine": "UKR", "Central Intelligence Agency": "USA", "Taoiseach": "IRL",
    "Kurdistan Workers' Party": "TUR-REB", "Donetsk People's Republic": "UKR-REB", "Kremlin Press Secretary": "RUS",
    "Luhansk People's Republic": "UKR-REB", "Moscow Kremlin": "RUS", "Downing Street": "GBR",
    "Georgia (U.S. state)": None, "Washington (state)": None, "New Mexico": None, "American football": None,
    "New South Wales": None, "British Columbia": None, "Michael Jordan": None, "Jim Jordan": None,
    "The Washington Post": None, "The New York Times": None, "Black Sea": None, "South China Sea": None,
    "Washington Redskins": None, "Grand Slam (tennis)": None, "2020 US Open (tennis)": None, "Panama Canal": None,
}  # fmt: skip
"""None: looks like an actor's name and is none."""

LEADERS = {
    "Donald Trump": [("USA", "2017-01-20", "2021-01-19"), ("USA", "2025-01-20", "")],
    "Joe Biden": [("USA", "2021-01-20", "2025-01-19")], "Mike Pompeo": [("USA", "2018-04-26", "2021-01-19")],
    "Antony Blinken": [("USA", "2021-01-26", "2025-01-19")], "Marco Rubio": [("USA", "2025-01-21", "")],
    "Kamala Harris": [("USA", "2021-01-20", "2025-01-19")], "Lloyd Austin": [("USA", "2021-01-22", "2025-01-19")],
    "Vladimir Putin": [("RUS", "1999-12-31", "")], "Sergey Lavrov": [("RUS", "2004-03-09", "")],
    "Dmitry Peskov": [("RUS", "2012-05-22", "")], "Alexander Lukashenko": [("BLR", "1994-07-20", "")],
    "Volodymyr Zelenskyy": [("UKR", "2019-05-20", "")], "Boris Johnson": [("GBR", "2019-07-24", "2022-09-05")],
    "Rishi Sunak": [("GBR", "2022-10-25", "2024-07-04")], "Keir Starmer": [("GBR", "2024-07-05", "")],
    "Benjamin Netanyahu": [("ISR", "2009-03-31", "2021-06-12"), ("ISR", "2022-12-29", "")],
    "Naftali Bennett": [("ISR", "2021-06-13", "2022-06-30")], "Emmanuel Macron": [("FRA", "2017-05-14", "")],
    "Recep Tayyip Erdoğan": [("TUR", "2003-03-14", "")], "Jair Bolsonaro": [("BRA", "2019-01-01", "2022-12-31")],
    "Rodrigo Duterte": [("PHL", "2016-06-30", "2022-06-29")], "Ashraf Ghani": [("AFG", "2014-09-29", "2021-08-15")],
    "Angela Merkel": [("DEU", "2005-11-22", "2021-12-07")], "Justin Trudeau": [("CAN", "2015-11-04", "2025-03-13")],
    "Nicolás Maduro": [("VEN", "2013-04-19", "2025-12-31")], "Abiy Ahmed": [("ETH", "2018-04-02", "")],
    "Scott Morrison": [("AUS", "2018-08-24", "2022-05-22")], "Yoshihide Suga": [("JPN", "2020-09-16", "2021-10-03")],
    "Jacinda Ardern": [("NZL", "2017-10-26", "2023-01-24")], "Kim Jong-un": [("PRK", "2011-12-17", "")],
    "Bashar al-Assad": [("SYR", "2000-07-17", "2024-12-07")], "Imran Khan": [("PAK", "2018-08-18", "2022-04-09")],
    "Narendra Modi": [("IND", "2014-05-26", "")], "Ali Khamenei": [("IRN", "1989-06-04", "2025-12-31")],
    "Shinzo Abe": [("JPN", "2012-12-26", "2020-09-15")], "Nikol Pashinyan": [("ARM", "2018-05-08", "")],
    "Kais Saied": [("TUN", "2019-10-23", "")], "Ebrahim Raisi": [("IRN", "2021-08-03", "2024-05-19")],
    "Hassan Rouhani": [("IRN", "2013-08-03", "2021-08-02")], "Cyril Ramaphosa": [("ZAF", "2018-02-15", "")],
    "Pedro Sánchez": [("ESP", "2018-06-02", "")], "Mario Draghi": [("ITA", "2021-02-13", "2022-10-21")],
    "Xi Jinping": [("CHN", "2013-03-14", "")], "António Guterres": [("UN", "2017-01-01", "")],
    "Maia Sandu": [("MDA", "2020-12-24", "")], "Andrzej Duda": [("POL", "2015-08-06", "2025-08-05")],
    "Viktor Orbán": [("HUN", "2010-05-29", "")], "Yoon Suk Yeol": [("KOR", "2022-05-10", "2025-04-03")],
    "Pedro Castillo": [("PER", "2021-07-28", "2022-12-06")], "Alberto Fernández": [("ARG", "2019-12-10", "2023-12-09")],
    "Andrés Manuel López Obrador": [("MEX", "2018-12-01", "2024-09-30")],
    "Pope Francis": [("VAT", "2013-03-13", "2025-04-20")],
    "Gotabaya Rajapaksa": [("LKA", "2019-11-18", "2022-07-14")], "Jean Castex": [("FRA", "2020-07-03", "2022-05-15")],
    "Prayut Chan-o-cha": [("THA", "2014-08-24", "2023-08-21")], "Félix Tshisekedi": [("COD", "2019-01-24", "")],
    "Yoweri Museveni": [("UGA", "1986-01-29", "")], "Javier Milei": [("ARG", "2023-12-10", "")],
    "Gustavo Petro": [("COL", "2022-08-07", "")], "Joko Widodo": [("IDN", "2014-10-20", "2024-10-19")],
    "Mark Rutte": [("NLD", "2010-10-14", "2024-07-01"), ("NATO", "2024-10-01", "")],
    "Jens Stoltenberg": [("NATO", "2014-10-01", "2024-09-30")],
}  # fmt: skip

OFFICES = (
    "Government of", "Federal government of", "Federal Government of", "President of", "Vice President of",
    "Prime Minister of", "Presidency of", "Chancellor of", "King of", "Queen of", "Emir of", "Parliament of",
    "Supreme Court of", "Armed Forces of", "Senate of", "Congress of", "National Army of", "National Police of",
    "Ministry of Foreign Affairs of", "Politics of", "Monarchy of", "Embassy of",
)  # fmt: skip
FORCES = (
    "Armed Forces", "Ground Forces", "Land Forces", "Air Force", "Navy", "Naval Forces", "Army", "National Army",
    "Police", "National Police", "Police Force", "Marine Corps", "Coast Guard", "forces", "military", "Military",
    "government", "Government", "President", "Congress", "Senate", "Department of State", "Department of Defense",
    "Department of Justice", "Department of the Treasury", "Department of Homeland Security", "Secretary of State",
    "Secretary of Defense", "House of Representatives", "Aerospace Forces", "security forces", "Border Police",
    "government sanctions", "police", "army", "air force", "Defence Forces", "Defense Forces", "president",
)  # fmt: skip
IN_BRACKETS = re.compile(
    r"^(?:Ministry|Minister|Department|Secretary|Foreign Minister|National Guard).*\((?P<state>[^)]+)\)$"
)


def expected(title: str, on: dt.date) -> tuple[bool, str | None]:
    """Whether the title counts, and the code that is right for it (None: no actor)."""
    if title in OTHERS:
        return True, OTHERS[title]
    if title in STATES:
        return True, STATES[title]
    if title in LEADERS:
        for code, since, until in LEADERS[title]:
            if since <= on.isoformat() <= (until or "9999"):
                return True, code
        return False, None
    for office in OFFICES:
        rest = title.removeprefix(office + " ").removeprefix("the ")
        if rest != title and rest in STATES:
            return True, STATES[rest]
    if match := IN_BRACKETS.match(title):
        return match["state"] in STATES, STATES.get(match["state"])
    for force in FORCES:
        word = title.removesuffix(" " + force)
        if word != title and word in ADJECTIVES and ADJECTIVES[word]:
            return True, ADJECTIVES[word]
    return False, None


@dataclass
class Score:
    """What came out: shares right, how many were asked and given, and the texts of misses and wrongs."""

    wanted: int = 0
    right: int = 0
    given: int = 0
    true: int = 0
    missed: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of the links that count whose code was found."""
        return self.right / self.wanted

    @property
    def precision(self) -> float:
        """Share of the mentions over such links whose code is right."""
        return self.true / self.given


def folder() -> Path:
    """The development data."""
    return Path(os.environ.get("TILTMETER_DATA", Path(__file__).parents[3] / "shared" / "data"))


def score() -> Score:
    """Scores find() on every linked report."""
    total = Score()
    with gzip.open(folder() / "reports" / "wcep_links_dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            _add(total, json.loads(line))
    return total


def _add(total: Score, report: dict[str, Any]) -> None:
    on = dt.date.fromisoformat(report["date"])
    mentions = find(report["text"], language="en", on=on)
    for start, end, title in report["links"]:
        counts, code = expected(title, on)
        if not counts:
            continue
        codes = {one.code for one in mentions if one.start < end and start < one.end and one.code}
        states = codes | {one.partition("-")[0] for one in codes}
        fits = code is not None and (code in states or (code == "AFG" and "AFG-TAL" in codes))
        around = f"{title} ({code}) {sorted(codes)}: {report['text'][max(0, start - 40) : end + 30]}"
        total.wanted += code is not None
        total.right += fits
        total.given += bool(codes)
        total.true += bool(codes) and fits
        if code is not None and not codes:
            total.missed.append(around)
        elif codes and not fits:
            total.wrong.append(around)


def main() -> None:
    """Prints recall over titles that count, precision over mentions that overlap one."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", type=int, default=0, help="print this many misses and wrongs")
    show = parser.parse_args().show
    total = score()
    lines = [f"recall {total.recall:.4f} of {total.wanted}; precision {total.precision:.4f} of {total.given}"]
    lines += [f"missed {text}" for text in total.missed[:show]] + [f"wrong {text}" for text in total.wrong[:show]]
    print("\n".join(lines))  # noqa: T201 (a command's output)


if __name__ == "__main__":
    main()
