"""The 60 people that the demo team calls.

All numbers are from ranges that are reserved for fiction: 555-0100 to 555-0199 in the North American plan,
Ofcom's drama numbers in the United Kingdom, the Bundesnetzagentur's media numbers in Germany. The last two
digits determine what the simulated network does (docs/reference/simulated-network.md). If that is something
special, the name of the company says so.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class DemoPerson:
    """A contact of the demo team."""

    name: str
    title: str
    company: str
    #: E.164.
    phone: str
    #: E.164; empty if there is none.
    mobile: str
    #: ISO 3166-2 code of the address.
    subdivision: str
    #: Marked as Do Not Record.
    do_not_record: bool

    @property
    def country(self) -> str:
        """ISO 3166-1 code."""
        return self.subdivision[:2]


# Name | title | company | phone | mobile | subdivision of the address
_TABLE = """
Maria Lopez | Head of Sales | Redwood Robotics | +14155550110 | +14155550111 | US-CA
Daniel Kim | VP Revenue | Harbor Analytics | +12135550112 | | US-CA
Grace Liu | Sales Director | Sunline Solar | +16195550113 | | US-CA
Henry Walsh | Chief of Staff | Gotham Freight | +12125550114 | +19175550115 | US-CA
Olivia Grant | COO | Empire Paper | +17185550116 | | US-NY
Samuel Ortiz | Procurement Lead | Hudson Valley Foods | +19145550117 | | US-NY
Emma Brooks | CEO | Lone Star Logistics | +15125550118 | +17375550119 | US-TX
Lucas Ward | Plant Manager | Bayou City Steel | +17135550120 | | US-TX
Sofia Ramirez | Office Manager | Trinity Dental Group | +12145550121 | | US-TX
Jack Turner | Owner | Turner Ski Rentals | +13035550122 | | US-CO
Hannah Price | Director of Operations | Aspen Outdoor | +19705550123 | | US-CO
Ethan Cole | Head of Support | Peachtree Software | +14045550124 | | US-GA
Mia Foster | Partner | Foster & Daughters | +13055550125 | | US-FL
Noah Hayes | IT Manager | Gulf Marine Parts | +18135550126 | | US-FL
Ava Simmons | VP Sales | Lakeshore Media | +13125550127 | | US-IL
William Stone | Principal | Stone Architects | +16175550128 | | US-MA
Audrey Harmon | Training Lead | Beacon Health | +15085550129 | | US-MA
James Porter | CFO | Liberty Bell Insurance | +12155550130 | | US-PA
Amelia Rhodes | Sales Manager | Steel City Tools | +14125550131 | | US-PA
Benjamin Lee | Founder | Cascade Coffee | +12065550132 | | US-WA
Ella Jensen | Director | Spokane Mills | +15095550133 | | US-WA
Alexander Moss | Head of Growth | Silver State Hotels | +17025550134 | | US-NV
Lily Barnes | Operations | Granite Tools | +16035550135 | | US-NH
Owen Clarke | Ranch Manager | Big Sky Cattle | +14065550136 | | US-MT
Zoe Fisher | Program Manager | Chesapeake Labs | +14105550137 | | US-MD
Isaac Boyd | Sales Director | Nutmeg Insurance | +12035550138 | | US-CT
Ruby Walters | Controller | First State Trust | +13025550139 | | US-DE
Caleb Hunt | Production Lead | Motor City Motors | +13135550140 | | US-MI
Nina Park | Buyer | Rose City Bikes | +15035550141 | | US-OR
Theo Lang | Cheesemaker | Green Mountain Dairy | +18025550142 | | US-VT
Clara Benson | Sales Lead | Beehive Software | +18015550143 | +13855550144 | US-UT
Victor Hale | Owner | Hale Honey | +14355550145 | | US-UT
Nora Whitlock | Director | Cactus Clinics | +16025550146 | | US-AZ
Gabriel Nash | VP Operations | Saguaro Freight | +15205550147 | | US-AZ
Leah Bishop | Marketing Lead | Music Row Studios | +16155550148 | | US-TN
Adam Flynn | Head of Sales | Blue Ridge Furniture | +17045550149 | | US-NC
Stella Dunn | Owner | Tidewater Boats | +17575550150 | | US-VA
Oscar Bell | Manager | Buckeye Plastics | +12165550151 | | US-OH
Iris Coleman | CEO | Twin Cities Toys | +16125550152 | | US-MN
Felix Arnold | Brewmaster | Badger Brewing | +14145550153 | | US-WI
Elena Marsh | Sales Manager | Gateway Arches | +13145550154 | | US-MO
Simon Peck | Director | Crescent City Jazz | +15045550155 | | US-LA
Tessa Quinn | Guide | Aurora Tours | +19075550156 | | US-AK
Kai Mahoe | Owner | Aloha Surf School | +18085550157 | | US-HI
Julia Frost | Sales | Busy Bees Ltd (always busy) | +15155550190 | | US-IA
Peter Novak | Buyer | Nobody Home Inc (never answers) | +14025550191 | | US-NE
Rosa Delgado | Partner | Voicemail Ltd (voicemail) | +15055550192 | | US-NM
Miles Carter | Founder | Short Call Co (hangs up after 5 s) | +13175550193 | | US-IN
Vera Lindgren | Manager | Unreachable Inc (not reachable) | +17015550194 | | US-ND
Tom Hertz | Technician | Steady Tone Labs (600 Hz) | +15135550195 | | US-OH
Edie Echo | Listener | Echo Chamber (hears you back) | +19015550196 | | US-TN
Anne Tremblay | Directrice | Atelier Tremblay | +15145550158 | | CA-QC
Liam Murray | VP Sales | Maple Grid | +14165550159 | +16475550160 | CA-ON
Priya Nair | Head of Operations | Pacific Timber | +16045550161 | | CA-BC
George Ashby | Managing Director | Ashby & Sons | +442079460162 | +447700900163 | GB-ENG
Fiona Campbell | Director | Forth Bridge Systems | +441314960164 | | GB-SCT
Harriet Webb | Head of Sales | Voicemail North (voicemail) | +441614960192 | | GB-ENG
Jonas Weber | Vertriebsleiter | Spree Technik | +493023125165 | | DE-BE
Katharina Vogel | Geschäftsführerin | Isar Maschinenbau | +498999998166 | | DE-BY
Stefan Krüger | Einkauf | Rhein Logistik | +492214710167 | | DE-NW
"""

_DO_NOT_RECORD = frozenset({"Nora Whitlock"})


def _read(line: str) -> DemoPerson:
    name, title, company, phone, mobile, subdivision = (cell.strip() for cell in line.split("|"))
    return DemoPerson(
        name=name,
        title=title,
        company=company,
        phone=phone,
        mobile=mobile,
        subdivision=subdivision,
        do_not_record=name in _DO_NOT_RECORD,
    )


PEOPLE = tuple(_read(line) for line in _TABLE.strip().splitlines())
