PRAGMA application_id=1413565523;
PRAGMA user_version=4;
BEGIN TRANSACTION;
CREATE TABLE counters (          -- values that only rise
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE heads (             -- append only: one a commit
    trail     INTEGER NOT NULL REFERENCES trails (number),
    size      INTEGER NOT NULL,
    root      BLOB NOT NULL CHECK (length(root) = 32),
    signature BLOB NOT NULL CHECK (length(signature) = 64),
    PRIMARY KEY (trail, size)
) STRICT, WITHOUT ROWID;
INSERT INTO "heads" VALUES(1,2,X'9391220D2C53C2C385BB64EE1FB8A3517CDF8C18EEB054F454849562A4315DB6',X'315FA51D452419491655963DDB421F9878C56DAA47DC7FD010F9A91A9335EC7AB334FD7FDA8C83F47308C1C2FBA3E9B8A6C29FC10CCBBFC97F3B36A07493D209');
INSERT INTO "heads" VALUES(1,3,X'C82D041A5A4F5CE15D0144B1D00CE745B9ADF36803CE5ABD60548A3D7D02C914',X'02C0E2A019DB69FA47CE0168B3C06696CFCEE664BDE02CA3EF6121EAB66654F08C0050AB2446DA4A22D37842659D0524F219DEF0FD39998105648F53EF750205');
INSERT INTO "heads" VALUES(1,4,X'955A714567FA88B9214FF2E5021521FE8E081D0AC43D580ED78984725D8BA704',X'ADED0AB14F49B8A4CEB960D0ABBD88EB9920F0C48EC3D06323D72B43E2B28EB1417D57E8B9E2B3DF9B8D2FD7F775FCAAB71A9608262EE653C9B396515EE8CD0B');
INSERT INTO "heads" VALUES(1,5,X'C1E04571FDF063EF148F31F72CE1783956F4701A56AB7391EFA515E063D21794',X'1E71F62401E9F5139777983229578F75F45C2D9B047A54822224A06ABDECA79723DBAB3CEB4FE35B21079223E8457B39BCE209C991BD90AFC3A22E0BDEBD970C');
INSERT INTO "heads" VALUES(1,6,X'6934FBDDF5250954586542917583AEC7D5A4A74FFC44A44BC9DB951AE9C72F8A',X'83AE8CACDB814A6AE5FBDCF327F11A2A5E091CB6ED9BBB5CDDA090B9457986CD19541DDE223DB00EF9AE67D76B04FA830CF9A4F402E434A0B4C914A52F41070A');
INSERT INTO "heads" VALUES(1,7,X'CD63D258182A560877FD7DD5BF088FD7FA16077BF7D4A256AFFFA373925CF102',X'5FB61C6802F667420C91039152B76754713B3F9D7CAB9B2BFE75D309F7BACD49B3CF305E947E897DC11E41A184AF56D4021071F7E83A6F3E1C6B293395632A0A');
INSERT INTO "heads" VALUES(1,8,X'1467306D73E1F739FE64D759B903008D7625F176644B31C351DE27386FCB62C4',X'2CA03B86E559645A4DF80FB47206E2782304F98BA60A7FB8BD0584784D50EA71019DE7545D0A7199CE910B2E5A6BEC8B9EBBA105F374200283C383887F43080C');
INSERT INTO "heads" VALUES(1,9,X'D35E4DB6E1B2A3628FE2CA5DF946BAD1BFD78F343E781C33161CD13B38D78791',X'A7EB118921F62BC3AD381824FF3E649E93DD77F34A0D0381B5411CA73F38A8EAE754FE49DA4CBFDE264272BF07A371E2385449B3CBE77812D16461695575CA02');
INSERT INTO "heads" VALUES(1,10,X'77C6E5DDDA4738006A820B80B8D501FE3D0264275CB1806D5C1F7F68066F36D8',X'643D694E372ED6D6EC6F10B9C5FDD57B8C0E59852DEAFBF89BE124FE5A816B1E74D437121820B382D694A999E00F75B27291DA21D80049A2E2F7B7631F25440E');
INSERT INTO "heads" VALUES(1,12,X'C1625F6C1CEFB84E0F76C102EF358D0A1F15F496D12EC6C742DE6351569004A4',X'8314429D413CEF1E7D8D627ED2979740A9142C796772CA367914F50EB9CAE92BDCE518B3D105E9EAF9C706E1A885E0B72DB9DFB0978A00449CCECADC5F12F106');
INSERT INTO "heads" VALUES(1,13,X'A960E72DAC5CD03464A337179E8B0B83E3B77F9546E709FA7129763FE73ACC09',X'8F57D87CE7B08546E36B6D67BEDAB2F8D58DE9F6056ECFBEA53369EFD12E675748544D828B0F9358B2994319D4BE79E6352EA17F32C18DC646E894B5C122E705');
INSERT INTO "heads" VALUES(1,14,X'8F672CF0F49F7ABA78A9D756FCBE3E57576A0310E9C37A735B24DAC111D7C27D',X'6F9C7588E5DBED95C29F3B88C5167F17E06A89A05C0D6FAD1C7DE0BEDEF51A309F9500F88079DC936263E6848CD68AA4E4C2B40092AD61F8F08FB78DD9614F00');
INSERT INTO "heads" VALUES(1,15,X'BD125059108C4D6DF818315E8B849247A0421C900E26D4F7944182BCA73E9FB5',X'D47230E429C806D6C11CCA6C41A5E5FA7C259D1CA9900548B6C57B7ED5487D8BB5FFE484A6309A34169398E7AC2852195D52C6B778F60166A760428B3405B801');
INSERT INTO "heads" VALUES(1,16,X'2FE90DB2336681C5D26C7E9D4E9F1934F1A890BE30CC482AA67397FB696690D9',X'7B07123BDE1B10AF9BBD9BFD64BB8B2E9F6272DAE3A14FC8DE1150ACA04CCF1847044D455EE8B0B4842DFA2EEFF19132F06ADAD7B4003356C5428B0075D9230D');
CREATE TABLE instances (         -- what was, or may have been, provisioned here
    number   INTEGER PRIMARY KEY,
    instance BLOB NOT NULL CHECK (length(instance) = 32),
    side     TEXT NOT NULL,
    key      BLOB NOT NULL,
    session  INTEGER NOT NULL REFERENCES sessions (number),
    tally_id TEXT NOT NULL,
    draft    TEXT NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('made', 'adopted', 'removing')),
    since    INTEGER NOT NULL, secret TEXT NOT NULL DEFAULT '',
    UNIQUE (key, side)
) STRICT;
INSERT INTO "instances" VALUES(1,X'D643A7B568B49389D7F7DC27F0463CC6902381BFB6E8A7C3F5798AE9E2880565','dialer',X'B193ACF3F8B52754C0B641A2FCE8189132F7DA7E724FFED72CD3C286C0B52164',2,'bciqohi7rpcy4drsbei4s7zq3iep4pmteep3ehhe3w7adjtqcl2arb5a','{"tally":{"version":1,"createdAt":"2026-11-29T23:53:22.807Z","nonce":"Qa7usk-XHTXpCgMijVdFxg","stock":{"partyId":"12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P","publicKey":"CAESIPCWezw-x_0Jm6msYUuDmABUcQTDiuNZI-nBchcg-_Ak"},"foil":{"partyId":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG","publicKey":"CAESIC7h5tSW9pOsvIAOdzag6_l1RruHheCSjqw9XnAXuevV"}},"signer":"12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P","signature":"hGD43m-T1_-PDrHxxK29MNDHEENJrCLE69j797asQ_632lYqaWzul93At5sl65HtPNxICtvVV73rWtEaHd9rAg"}','adopted',1795996402807,'Tr0ugXMGsno9uxa8m_KGTZmCNxaT0q9RWd7-UJKMcAOZQ5rgmo3z9FvG-AocDGu8P1Ae8Lukry9vKbnVECOo_oeCAEil9LOucOhKMbxMKtOnoAI');
INSERT INTO "instances" VALUES(2,X'CA66A23FF35663932B2CF98F1EEF87D86E08672D72924F3B79E4BA9B280A5E68','dialer',X'F488938B3013574F40F0514A53ECD6D78EC306DB5ADCAC1C9118C0272CC5A522',5,'bciqgru4ehddhvgkd2l4ggj75m5qw42zumtpnlhzvsu62hasv4lbljxq','{"tally":{"version":1,"createdAt":"2026-11-29T23:53:22.981Z","nonce":"rU6EP70MoClC6KFzB7QfEA","stock":{"partyId":"12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P","publicKey":"CAESIPCWezw-x_0Jm6msYUuDmABUcQTDiuNZI-nBchcg-_Ak"},"foil":{"partyId":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG","publicKey":"CAESIC7h5tSW9pOsvIAOdzag6_l1RruHheCSjqw9XnAXuevV"}},"signer":"12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P","signature":"XMtUWgwVO5oDKvdMoYT0GJi9BOVJnO516at2A3PtQz0bwgvEhuVBz1dqJyTFyHLSpnfYZlZjKGnWtZO5_6LoAQ"}','made',1795996402981,'onMnR9hRlXIn2U0SuAeUsnTusaBoljKdvxmNINcOPP73J7fvELkvlQv9bGGMrlX8x3CD5UuMUgHaTg-akvICjXGyr1ocSa8mX7UqMAFg5X0EfvY');
CREATE TABLE invitations (
    number      INTEGER PRIMARY KEY,
    id          TEXT NOT NULL UNIQUE,              -- first 16 hex digits of the token's hash
    token       BLOB NOT NULL UNIQUE CHECK (length(token) = 32),
    role        TEXT NOT NULL CHECK (role IN ('stock', 'foil')),
    created     INTEGER NOT NULL,
    expiry      INTEGER NOT NULL,
    uses        INTEGER CHECK (uses > 0),          -- NULL: unlimited
    per_peer    INTEGER CHECK (per_peer > 0),      -- NULL: no limit but uses
    requirement TEXT NOT NULL,
    label       TEXT NOT NULL,
    revoked     INTEGER,
    spent       INTEGER NOT NULL DEFAULT 0 CHECK (spent >= 0),
    reserved    INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0), epoch INTEGER NOT NULL DEFAULT 0,
    CHECK (uses IS NULL OR spent + reserved <= uses)
) STRICT;
CREATE TABLE inviter (           -- one row: 'inviter'
    name     TEXT PRIMARY KEY,
    party_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE nodes (
    peer      TEXT PRIMARY KEY,
    addresses TEXT NOT NULL,                       -- JSON array
    seen      INTEGER NOT NULL
, boot TEXT NOT NULL DEFAULT '', home TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
CREATE TABLE peer_uses (         -- only of invitations that limit them
    token    BLOB NOT NULL REFERENCES invitations (token),
    peer     TEXT NOT NULL,
    spent    INTEGER NOT NULL DEFAULT 0 CHECK (spent >= 0),
    reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    PRIMARY KEY (token, peer)
) STRICT, WITHOUT ROWID;
CREATE TABLE receipts (          -- the listener's, of a session's opening; kept by both sides, apart from what is rewritten
    session INTEGER PRIMARY KEY REFERENCES sessions (number),
    receipt TEXT NOT NULL                          -- JSON
) STRICT;
INSERT INTO "receipts" VALUES(1,'{"checkpoint":"taleus-audit/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG/dYrR5WHoNZw40P6LdZAb5A\n5\nDPVERFLdeJYScbdDk8H+yD7zjRMRqHEZI8NFHt7ohgI=\n\n— taleus-audit/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG/dYrR5WHoNZw40P6LdZAb5A 0UZ6je/gGCukFNT6mpKUrJyDwq25Z8R/dsZPLz8i5BAy4/Mzi4QArytE8t+Ukc9zKVfR7vQFErT9tWdDQUxhqwEUyQU=\n","proof":"/JpuHpwRQyU0c2SkdY6AsFqktw822k3CE06qQNiHsPw+OeCPy6yrg6fn2fMJ6NbJF+FMbhzHPJFl076iBXClwzqEeYgRexcQCbQmqZqoopjTu4mESYmia6nXEIfKKsU7","record":{"at":"2026-11-29T23:53:22.761Z","body":{"side":"listener"},"details":"ZPqZ0AEG4k_JmumB24EI52QJrmtrLXsEEox7bnH3L3E","kind":"opened","seq":3,"session":"56cdc299e6ba873af09e5ac23516cd40","token":"ec8bd3aaa18ef2c6","v":1}}');
INSERT INTO "receipts" VALUES(2,'{"checkpoint":"taleus-audit/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG/dYrR5WHoNZw40P6LdZAb5A\n10\n91/13cEwzxGYkJLQaYsRbWhN4f+ViAQG2hrz3MhIjgE=\n\n— taleus-audit/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG/dYrR5WHoNZw40P6LdZAb5A 0UZ6jeeGAxk/4fNc6C0gl/j6lsGkUmPfz8uZj2vtXHVpLCKIleZ7gigGhwx2F/wpicnlIbK4IBiueZD74sIqQ9qJ3Ao=\n","proof":"xF15vzEMvbuNHY4UZDD4gZKYK5nqDzix/UQ1S0xPtHF7rJyzp3uyzuREfCZav37AJJmLvhrtWTTyhrGcEL5DuA==","record":{"at":"2026-11-29T23:53:22.805Z","body":{"side":"listener"},"details":"Hgn6MrpSFZFB1JOZV3omTME2ZqNi6EMAPZd--UIsewg","kind":"opened","seq":8,"session":"a5f22bda51ba9a6129255bb75f199983","token":"e641b96d2d208cde","v":1}}');
INSERT INTO "receipts" VALUES(3,'{"checkpoint":"taleus-audit/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG/dYrR5WHoNZw40P6LdZAb5A\n16\nMm9znOMXSRaAM6HKgthOwWfJYcGDX5BgItaJZJSHUck=\n\n— taleus-audit/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG/dYrR5WHoNZw40P6LdZAb5A 0UZ6jVjUVpstSaaE7J7nqXfWV8uvfMyvN9DphpIkKhb0Y5Jox9BYPKXMujlKnejfZPa5SmnyN0/aVYAYeP7JPaeDtwM=\n","proof":"RnI12CrOO57xceyhhRrV2LrB3S6cp+UegxULsFGxTjGb/FCbSftnaoxAQhEs4OnJmG7qLauVSER2qbkMLHZvGNtGI69KUUff54WcuKcWvFNUnfa8yBH6dKUE1DbCIKu7e6ycs6d7ss7kRHwmWr9+wCSZi74a7Vk08oaxnBC+Q7g=","record":{"at":"2026-11-29T23:53:22.852Z","body":{"side":"listener"},"details":"fyjC4Tt2QY23ZbApsr6Cdms9QUaZwGpY70f-1_C9ya4","kind":"opened","seq":14,"session":"3b5b6ea22c172d674717c791451c3573","token":"7803aba6333caeb6","v":1}}');
CREATE TABLE records (           -- append only
    trail      INTEGER NOT NULL REFERENCES trails (number),
    seq        INTEGER NOT NULL,                   -- from 0, without gaps
    session    INTEGER NOT NULL,                   -- number of the session that it tells of, to find it by; or 0
    record     TEXT NOT NULL,                      -- canonical JSON: what is hashed
    leaf       BLOB NOT NULL CHECK (length(leaf) = 32),
    salt       BLOB NOT NULL,                      -- of the details; empty: there are none, or they were erased
    details    TEXT NOT NULL,                      -- canonical JSON, or ''
    PRIMARY KEY (trail, seq)
) STRICT, WITHOUT ROWID;
INSERT INTO "records" VALUES(1,0,0,'{"at":"2026-11-29T23:53:22.758Z","body":{"cause":"first"},"kind":"trail_started","seq":0,"v":1}',X'FA3F48EE1A06F4820C9014E1F38222A3E437C7847327B8039FA5E28113717173',X'','');
INSERT INTO "records" VALUES(1,1,1,'{"at":"2026-11-29T23:53:22.758Z","body":{"role":"stock","side":"dialer"},"details":"4kLCaX5CKN96cNMi5gwn-PH34GizuypKg6Bqb7Ndrds","kind":"opened","seq":1,"session":"b449ace57e4af902e0c53f2c6546fb9a","token":"ec8bd3aaa18ef2c6","v":1}',X'F43EEE6E117A856C00AFCA4A1AD25DEBF3E9F76F42CB7D3C0982A2AD5410BB92',X'8E8FCBBCAD3DF5F3198A84B891D007C8','{"peer":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG"}');
INSERT INTO "records" VALUES(1,2,1,'{"at":"2026-11-29T23:53:22.761Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":2953},"kind":"transition","seq":2,"session":"b449ace57e4af902e0c53f2c6546fb9a","then":[{"body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":326},"kind":"transition"},{"at":"2026-11-29T23:53:22.765Z","body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":4110},"kind":"transition"},{"at":"2026-11-29T23:53:22.766Z","body":{"origin":"taleus-audit/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG/dYrR5WHoNZw40P6LdZAb5A","size":5,"verified":true},"kind":"receipt"},{"body":{"tallyId":"bciqkwz354efkwf4e7yvmwg4qbt4l4cdwj5smb2c7ixx5d3jcydtjdma"},"kind":"decided"},{"body":{"cause":"StockAccepted","from":"VALIDATING_RESPONSE","to":"DONE","us":559},"kind":"transition"},{"body":{"outcome":"done"},"kind":"ended"}],"token":"ec8bd3aaa18ef2c6","v":2}',X'7A0D5D2174487DC6A45D3AE9CC53EA83E90A80BA670EC74E0613E4310493A3E8',X'','');
INSERT INTO "records" VALUES(1,3,2,'{"at":"2026-11-29T23:53:22.802Z","body":{"role":"foil","side":"dialer"},"details":"o1J9W0Zk-6BktYNtKRecWIhDqFAeyKvlT1lsN8em5Ew","kind":"opened","seq":3,"session":"2a006b9e9b43cdbf6b99d3e3b7a73bf4","token":"e641b96d2d208cde","v":1}',X'88816DE95AF42D6FC03BD905C5B9B94600A7D9E6FB31B5E9FB5D579883D99D32',X'7BBADF66F60A7E356A4DC07F053BD1FD','{"peer":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG"}');
INSERT INTO "records" VALUES(1,4,2,'{"at":"2026-11-29T23:53:22.805Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":3154},"kind":"transition","seq":4,"session":"2a006b9e9b43cdbf6b99d3e3b7a73bf4","then":[{"at":"2026-11-29T23:53:22.806Z","body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":337},"kind":"transition"},{"at":"2026-11-29T23:53:22.807Z","body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":1240},"kind":"transition"},{"body":{"origin":"taleus-audit/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG/dYrR5WHoNZw40P6LdZAb5A","size":10,"verified":true},"kind":"receipt"},{"body":{"cause":"FoilAccepted","from":"VALIDATING_RESPONSE","to":"PROVISIONING_DATABASE","us":104},"kind":"transition"}],"token":"e641b96d2d208cde","v":2}',X'615A990B2DAB2FB261CADD796FA5D4665F3A88BE14DE621D3264D9CB20732064',X'','');
INSERT INTO "records" VALUES(1,5,2,'{"at":"2026-11-29T23:53:22.810Z","body":{"hook":"provisioner","outcome":"made"},"kind":"hook","seq":5,"session":"2a006b9e9b43cdbf6b99d3e3b7a73bf4","token":"e641b96d2d208cde","v":1}',X'F876BCC067C1B2331C73E62788A97EA13776F4402253599EBA2AC61E22178D09',X'','');
INSERT INTO "records" VALUES(1,6,2,'{"at":"2026-11-29T23:53:22.810Z","body":{"cause":"Provisioned","from":"PROVISIONING_DATABASE","to":"SENDING_DATABASE","us":3564},"kind":"transition","seq":6,"session":"2a006b9e9b43cdbf6b99d3e3b7a73bf4","then":[{"at":"2026-11-29T23:53:22.811Z","body":{"cause":"DatabaseSent","from":"SENDING_DATABASE","to":"AWAITING_ACKNOWLEDGEMENT","us":223},"kind":"transition"},{"at":"2026-11-29T23:53:22.812Z","body":{"tallyId":"bciqohi7rpcy4drsbei4s7zq3iep4pmteep3ehhe3w7adjtqcl2arb5a"},"kind":"decided"},{"body":{"cause":"Acknowledged","from":"AWAITING_ACKNOWLEDGEMENT","to":"DONE","us":1518},"kind":"transition"},{"body":{"outcome":"done"},"kind":"ended"}],"token":"e641b96d2d208cde","v":2}',X'4713578592F3A167A10415075A93A6A7DF73071F7EC546993851A181A1D4BD61',X'','');
INSERT INTO "records" VALUES(1,7,3,'{"at":"2026-11-29T23:53:22.848Z","body":{"role":"stock","side":"dialer"},"details":"8yM7mK_SXLuR8riNeeWCmvr_GnVXGJ2fefwE3P5vq0s","kind":"opened","seq":7,"session":"66bd81764cb80f29e18eec36e4a14373","token":"7803aba6333caeb6","v":1}',X'A1B4DAF4841CBFCEBB7BC7AE17B0BC6EA58DCBDEA6BCEBFBF8ED56A0EB84EB9F',X'0CC60BE454E82992BB072281D87571C1','{"peer":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG"}');
INSERT INTO "records" VALUES(1,8,3,'{"at":"2026-11-29T23:53:22.852Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":3906},"kind":"transition","seq":8,"session":"66bd81764cb80f29e18eec36e4a14373","then":[{"body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":240},"kind":"transition"},{"at":"2026-11-29T23:53:22.857Z","body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":5089},"kind":"transition"},{"body":{"origin":"taleus-audit/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG/dYrR5WHoNZw40P6LdZAb5A","size":16,"verified":true},"kind":"receipt"},{"at":"2026-11-29T23:53:22.858Z","body":{"tallyId":"bciqdm4bkahhsl3ofpj3urpenj56dmaerdahi7u5clhmrjmeg3ilk5vi"},"kind":"decided"},{"body":{"cause":"StockAccepted","from":"VALIDATING_RESPONSE","to":"DONE","us":490},"kind":"transition"},{"body":{"outcome":"done"},"kind":"ended"}],"token":"7803aba6333caeb6","v":2}',X'470785D588F28C2315072F9E9A7D14A91608E3EE624244FDFDB7E96404658771',X'','');
INSERT INTO "records" VALUES(1,9,4,'{"at":"2026-11-29T23:53:22.934Z","body":{"role":"foil","side":"dialer"},"details":"WsAddwMGmo6N33nRVpDjDziFyHLoWa70zZxrM4exnLI","kind":"opened","seq":9,"session":"b9cb760d18a6e6baf8ee10d4d6c14c62","token":"7593c5259b09d330","v":1}',X'3C808D67CFD3721B8F99AB54F2A51054F8EE906DA332C3AA180D1BE562FF5482',X'4F73E4AD7BACF264B197D43307C6D964','{"peer":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG"}');
INSERT INTO "records" VALUES(1,10,4,'{"at":"2026-11-29T23:53:22.936Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":2985},"kind":"transition","seq":10,"session":"b9cb760d18a6e6baf8ee10d4d6c14c62","then":[{"at":"2026-11-29T23:53:22.937Z","body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":505},"kind":"transition"}],"token":"7593c5259b09d330","v":2}',X'5B9F64479CFCA808065BB645B08C4862EC216BA193D6AFDC43DDADC095929994',X'','');
INSERT INTO "records" VALUES(1,11,4,'{"at":"2026-11-29T23:53:22.937Z","body":{"code":"token_revoked"},"details":"r3q4DSEPbo_a7Go89H1xRFj52UKoHzNaY1zeL1XpS7w","kind":"refused","seq":11,"session":"b9cb760d18a6e6baf8ee10d4d6c14c62","then":[{"body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"REJECTED","us":31},"kind":"transition"},{"body":{"code":"token_revoked","outcome":"rejected"},"kind":"ended"}],"token":"7593c5259b09d330","v":2}',X'93CF7CDEF78F650AC786ACC27E3DB915DAFFAFF662E29B59C0F9488F25A58B15',X'429C95BEE684A08286640D831D325252','{"reason":"Invalid token"}');
INSERT INTO "records" VALUES(1,12,5,'{"at":"2026-11-29T23:53:22.976Z","body":{"role":"foil","side":"dialer"},"details":"RFQfJR5SH92Gecgbt9ZHmzz-j28-sG6K5YKDbnRruZw","kind":"opened","seq":12,"session":"c4e3a6da92290cfb19ea6403dfd60bd5","token":"518443443c21245e","v":1}',X'64C82835DA7F23C53EF530393EE8ACD0179BDE1B441C609F93785DE438902F67',X'83B6CBCAC6AF1670635A6D3B96D2871A','{"peer":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG"}');
INSERT INTO "records" VALUES(1,13,5,'{"at":"2026-11-29T23:53:22.979Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":2970},"kind":"transition","seq":13,"session":"c4e3a6da92290cfb19ea6403dfd60bd5","then":[{"at":"2026-11-29T23:53:22.980Z","body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":373},"kind":"transition"},{"at":"2026-11-29T23:53:22.981Z","body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":1509},"kind":"transition"},{"body":{"origin":"taleus-audit/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG/dYrR5WHoNZw40P6LdZAb5A","size":25,"verified":true},"kind":"receipt"},{"body":{"cause":"FoilAccepted","from":"VALIDATING_RESPONSE","to":"PROVISIONING_DATABASE","us":409},"kind":"transition"}],"token":"518443443c21245e","v":2}',X'97BA71314654F18067DE09311845FE1819BEAD693B37538F33AB134EAE68E47F',X'','');
INSERT INTO "records" VALUES(1,14,6,'{"at":"2026-11-29T23:53:23.014Z","body":{"role":"stock","side":"dialer"},"details":"1y0UrZTKMbOeQ_7nFBxdxzMM_GvsIaGeRZ3bDVF1kjE","kind":"opened","seq":14,"session":"044124c7613d7cab2bc9973a5d2159c6","token":"9357042f7572af82","v":1}',X'CE0372249D62AC4F9896D7D60D2340C6E06544BF59FA133CB0AF1EC237D4DA06',X'3E9DF6967D98BF6FD265D83AB3166A00','{"peer":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG"}');
INSERT INTO "records" VALUES(1,15,7,'{"at":"2026-11-29T23:53:23.050Z","body":{"role":"stock","side":"dialer"},"details":"prfNd_7BZibo7tVA5wU3wAZ0vy0AJ-2UjS4KAeTAtOc","kind":"opened","seq":15,"session":"939e5f47e82492bfe571f1ceaab13ea9","token":"7585b094849c47bb","v":1}',X'3E61F8BE1A454AD0B8630D64622B46F6222B8CEBFF2F8EA374C9E1F8F43CF0C4',X'DBBE870101E86ED68AA255A0839FE9AA','{"peer":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG"}');
CREATE TABLE sessions (
    number          INTEGER PRIMARY KEY,
    id              TEXT NOT NULL UNIQUE,
    side            TEXT NOT NULL CHECK (side IN ('listener', 'dialer')),
    role            TEXT NOT NULL CHECK (role IN ('stock', 'foil')),
    key             BLOB NOT NULL CHECK (length(key) = 32),
    token           BLOB NOT NULL CHECK (length(token) = 32),
    peer            TEXT NOT NULL,
    party_id        TEXT NOT NULL,
    state           TEXT NOT NULL,
    epoch           INTEGER NOT NULL,
    opened          INTEGER NOT NULL,
    deadline        INTEGER,
    ended           INTEGER,
    code            TEXT,
    response        TEXT NOT NULL,
    acknowledgement TEXT NOT NULL,
    tally_id        TEXT NOT NULL,                 -- '' until recorded
    delivered       INTEGER NOT NULL CHECK (delivered IN (0, 1)),
    partner_cadre   TEXT NOT NULL,                 -- JSON array
    reserved        INTEGER NOT NULL CHECK (reserved IN (0, 1)),  -- holds a use that is not spent
    holds_key       INTEGER NOT NULL CHECK (holds_key IN (0, 1)), node TEXT NOT NULL DEFAULT '', -- answers for its key: live, decided or resumable
    CHECK ((state IN ('DONE', 'REJECTED', 'FAILED', 'TIMED_OUT', 'CANCELLED')) = (ended IS NOT NULL)),
    CHECK (reserved = 0 OR (ended IS NULL AND tally_id = ''))
) STRICT;
INSERT INTO "sessions" VALUES(1,'b449ace57e4af902e0c53f2c6546fb9a','dialer','stock',X'C9EB429B2273E3F0551396047E710D47402DDE8307BE07E44106CCFF92C78572',X'EC8BD3AAA18EF2C655F96513213421BA2A5E2B740A64ED45353E3080ED262580','12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG','12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P','DONE',1,1795996402758,NULL,1795996402766,NULL,'{"approved":true,"partyId":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG"],"provisionResult":{"receipt":{"checkpoint":"taleus-audit/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG/dYrR5WHoNZw40P6LdZAb5A\n5\nDPVERFLdeJYScbdDk8H+yD7zjRMRqHEZI8NFHt7ohgI=\n\n— taleus-audit/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG/dYrR5WHoNZw40P6LdZAb5A 0UZ6je/gGCukFNT6mpKUrJyDwq25Z8R/dsZPLz8i5BAy4/Mzi4QArytE8t+Ukc9zKVfR7vQFErT9tWdDQUxhqwEUyQU=\n","proof":"/JpuHpwRQyU0c2SkdY6AsFqktw822k3CE06qQNiHsPw+OeCPy6yrg6fn2fMJ6NbJF+FMbhzHPJFl076iBXClwzqEeYgRexcQCbQmqZqoopjTu4mESYmia6nXEIfKKsU7","record":{"at":"2026-11-29T23:53:22.761Z","body":{"side":"listener"},"details":"ZPqZ0AEG4k_JmumB24EI52QJrmtrLXsEEox7bnH3L3E","kind":"opened","seq":3,"session":"56cdc299e6ba873af09e5ac23516cd40","token":"ec8bd3aaa18ef2c6","v":1}},"tally":{"tallyId":"bciqkwz354efkwf4e7yvmwg4qbt4l4cdwj5smb2c7ixx5d3jcydtjdma","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"taleus-sqlite:bciqkwz354efkwf4e7yvmwg4qbt4l4cdwj5smb2c7ixx5d3jcydtjdma","credentialsRef":"file"},"draft":{"tally":{"version":1,"createdAt":"2026-11-29T23:53:22.762Z","nonce":"39k6s-72J9OdNIYuBRAkeQ","stock":{"partyId":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG","publicKey":"CAESIC7h5tSW9pOsvIAOdzag6_l1RruHheCSjqw9XnAXuevV"},"foil":{"partyId":"12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P","publicKey":"CAESIPCWezw-x_0Jm6msYUuDmABUcQTDiuNZI-nBchcg-_Ak"}},"signer":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG","signature":"DmbxNVCE9CR5P-1BjbMfYASK-JnsczCOXuVcok0hoy6_bOZIndiLH6FNxhjTa0qZKhGpba115aHiGrYXzp9BAQ"}},"sessionId":"56cdc299e6ba873af09e5ac23516cd40"}','','bciqkwz354efkwf4e7yvmwg4qbt4l4cdwj5smb2c7ixx5d3jcydtjdma',1,'[]',0,1,'12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P');
INSERT INTO "sessions" VALUES(2,'2a006b9e9b43cdbf6b99d3e3b7a73bf4','dialer','foil',X'B193ACF3F8B52754C0B641A2FCE8189132F7DA7E724FFED72CD3C286C0B52164',X'E641B96D2D208CDE332E4CC547245E51ACF7877381CF9F9662AE36DD38504E8E','12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG','12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P','DONE',1,1795996402802,NULL,1795996402812,NULL,'{"receipt":{"checkpoint":"taleus-audit/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG/dYrR5WHoNZw40P6LdZAb5A\n10\n91/13cEwzxGYkJLQaYsRbWhN4f+ViAQG2hrz3MhIjgE=\n\n— taleus-audit/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG/dYrR5WHoNZw40P6LdZAb5A 0UZ6jeeGAxk/4fNc6C0gl/j6lsGkUmPfz8uZj2vtXHVpLCKIleZ7gigGhwx2F/wpicnlIbK4IBiueZD74sIqQ9qJ3Ao=\n","proof":"xF15vzEMvbuNHY4UZDD4gZKYK5nqDzix/UQ1S0xPtHF7rJyzp3uyzuREfCZav37AJJmLvhrtWTTyhrGcEL5DuA==","record":{"at":"2026-11-29T23:53:22.805Z","body":{"side":"listener"},"details":"Hgn6MrpSFZFB1JOZV3omTME2ZqNi6EMAPZd--UIsewg","kind":"opened","seq":8,"session":"a5f22bda51ba9a6129255bb75f199983","token":"e641b96d2d208cde","v":1}},"approved":true,"partyId":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG"],"sessionId":"a5f22bda51ba9a6129255bb75f199983","expiresInMs":43199997}','{"receipt":{"checkpoint":"taleus-audit/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG/dYrR5WHoNZw40P6LdZAb5A\n10\n91/13cEwzxGYkJLQaYsRbWhN4f+ViAQG2hrz3MhIjgE=\n\n— taleus-audit/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG/dYrR5WHoNZw40P6LdZAb5A 0UZ6jeeGAxk/4fNc6C0gl/j6lsGkUmPfz8uZj2vtXHVpLCKIleZ7gigGhwx2F/wpicnlIbK4IBiueZD74sIqQ9qJ3Ao=\n","proof":"xF15vzEMvbuNHY4UZDD4gZKYK5nqDzix/UQ1S0xPtHF7rJyzp3uyzuREfCZav37AJJmLvhrtWTTyhrGcEL5DuA==","record":{"at":"2026-11-29T23:53:22.805Z","body":{"side":"listener"},"details":"Hgn6MrpSFZFB1JOZV3omTME2ZqNi6EMAPZd--UIsewg","kind":"opened","seq":8,"session":"a5f22bda51ba9a6129255bb75f199983","token":"e641b96d2d208cde","v":1}},"accepted":true,"tallyId":"bciqohi7rpcy4drsbei4s7zq3iep4pmteep3ehhe3w7adjtqcl2arb5a","draft":"verified"}','bciqohi7rpcy4drsbei4s7zq3iep4pmteep3ehhe3w7adjtqcl2arb5a',1,'[]',0,1,'12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P');
INSERT INTO "sessions" VALUES(3,'66bd81764cb80f29e18eec36e4a14373','dialer','stock',X'68FD8232CB02C665E2CC4938686AEDD1574A3D60A2E1595C7D77D86FB73854E2',X'7803ABA6333CAEB63D0CDE6917B84C2030C522633C68EDFA6218950EB3DB2CE5','12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG','12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P','DONE',1,1795996402848,NULL,1795996402858,NULL,'{"approved":true,"partyId":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG"],"provisionResult":{"receipt":{"checkpoint":"taleus-audit/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG/dYrR5WHoNZw40P6LdZAb5A\n16\nMm9znOMXSRaAM6HKgthOwWfJYcGDX5BgItaJZJSHUck=\n\n— taleus-audit/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG/dYrR5WHoNZw40P6LdZAb5A 0UZ6jVjUVpstSaaE7J7nqXfWV8uvfMyvN9DphpIkKhb0Y5Jox9BYPKXMujlKnejfZPa5SmnyN0/aVYAYeP7JPaeDtwM=\n","proof":"RnI12CrOO57xceyhhRrV2LrB3S6cp+UegxULsFGxTjGb/FCbSftnaoxAQhEs4OnJmG7qLauVSER2qbkMLHZvGNtGI69KUUff54WcuKcWvFNUnfa8yBH6dKUE1DbCIKu7e6ycs6d7ss7kRHwmWr9+wCSZi74a7Vk08oaxnBC+Q7g=","record":{"at":"2026-11-29T23:53:22.852Z","body":{"side":"listener"},"details":"fyjC4Tt2QY23ZbApsr6Cdms9QUaZwGpY70f-1_C9ya4","kind":"opened","seq":14,"session":"3b5b6ea22c172d674717c791451c3573","token":"7803aba6333caeb6","v":1}},"tally":{"tallyId":"bciqdm4bkahhsl3ofpj3urpenj56dmaerdahi7u5clhmrjmeg3ilk5vi","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"taleus-sqlite:bciqdm4bkahhsl3ofpj3urpenj56dmaerdahi7u5clhmrjmeg3ilk5vi","credentialsRef":"file"},"draft":{"tally":{"version":1,"createdAt":"2026-11-29T23:53:22.852Z","nonce":"1KAEPWw2wi79U29NsJik3w","stock":{"partyId":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG","publicKey":"CAESIC7h5tSW9pOsvIAOdzag6_l1RruHheCSjqw9XnAXuevV"},"foil":{"partyId":"12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P","publicKey":"CAESIPCWezw-x_0Jm6msYUuDmABUcQTDiuNZI-nBchcg-_Ak"}},"signer":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG","signature":"rLNIBqYaq7gDETeCTw2IPRu65wfUsdRz0OClYlofYrOiuudMzU8hdpndLOs7eE5QyE89_GjbP5XnMjooF6IDDA"}},"sessionId":"3b5b6ea22c172d674717c791451c3573"}','','bciqdm4bkahhsl3ofpj3urpenj56dmaerdahi7u5clhmrjmeg3ilk5vi',1,'[]',0,1,'12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P');
INSERT INTO "sessions" VALUES(4,'b9cb760d18a6e6baf8ee10d4d6c14c62','dialer','foil',X'B73C04616F9C6EEB0DE6C59BD8582ACFBBCD4939BC525B111E458681DF86C51A',X'7593C5259B09D330EB741743C3E0103ED17B3AA53AA382D42D3B7B3B4C26949A','12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG','12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P','REJECTED',1,1795996402933,NULL,1795996402937,'token_revoked','{"approved":false,"reason":"Invalid token","code":"token_revoked"}','','',0,'[]',0,0,'12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P');
INSERT INTO "sessions" VALUES(5,'c4e3a6da92290cfb19ea6403dfd60bd5','dialer','foil',X'F488938B3013574F40F0514A53ECD6D78EC306DB5ADCAC1C9118C0272CC5A522',X'518443443C21245E63306B84DACAE3A0649E72CDAB11E76D8B89D0E7809CEC6E','12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG','12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P','PROVISIONING_DATABASE',1,1795996402976,NULL,NULL,NULL,'','','',0,'[]',0,1,'12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P');
INSERT INTO "sessions" VALUES(6,'044124c7613d7cab2bc9973a5d2159c6','dialer','stock',X'48C55427124F5ACE714D9689FCE6E00296777D3B6FF6F2232B489EDF3C277307',X'9357042F7572AF82A71CA3D59615F6C7F5AE2DAD811E492D3BF009E9502A4BB4','12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG','12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P','CONNECTING',1,1795996403014,NULL,NULL,NULL,'','','',0,'[]',0,1,'12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P');
INSERT INTO "sessions" VALUES(7,'939e5f47e82492bfe571f1ceaab13ea9','dialer','stock',X'60E31E994F2A21F26039400F202F709EBC6E0350AF6F74731FC003CC5FB70E71',X'7585B094849C47BBD5A3AF51EA4547C42FCBE775926D3A77A1F8DBA4BBCBA665','12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG','12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P','CONNECTING',1,1795996403050,NULL,NULL,NULL,'','','',0,'[]',0,1,'12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P');
CREATE TABLE store_key (         -- one row, drawn at the first start
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;
INSERT INTO "store_key" VALUES(1,X'8897BCD4291F89A19AFAA7A1BDDB486C953EC50759749911116FF6A358C4D34B');
CREATE TABLE subtrees (          -- append only: roots over 256^level records each
    trail  INTEGER NOT NULL REFERENCES trails (number),
    level  INTEGER NOT NULL CHECK (level > 0),
    number INTEGER NOT NULL,
    hash   BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (trail, level, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE tallies (
    session         INTEGER PRIMARY KEY REFERENCES sessions (number),
    tally_id        TEXT NOT NULL CHECK (tally_id <> ''),
    side            TEXT NOT NULL,
    role            TEXT NOT NULL,
    key             BLOB NOT NULL,
    token           BLOB NOT NULL,
    peer            TEXT NOT NULL,
    own_party       TEXT NOT NULL,
    partner_party   TEXT NOT NULL,
    partner_cadre   TEXT NOT NULL,                 -- JSON array
    created_by      TEXT NOT NULL,
    endpoint        TEXT NOT NULL,
    credentials_ref TEXT NOT NULL,
    draft           TEXT NOT NULL,                 -- JSON, or ''
    draft_verified  INTEGER NOT NULL,
    acknowledged    INTEGER NOT NULL,
    confirmed       INTEGER NOT NULL,
    recorded        INTEGER NOT NULL, access TEXT NOT NULL DEFAULT 'not_tried', own_login TEXT NOT NULL DEFAULT '', own_secret TEXT NOT NULL DEFAULT '', partner_secret TEXT NOT NULL DEFAULT '',
    UNIQUE (key, side)
) STRICT;
INSERT INTO "tallies" VALUES(1,'bciqkwz354efkwf4e7yvmwg4qbt4l4cdwj5smb2c7ixx5d3jcydtjdma','dialer','stock',X'C9EB429B2273E3F0551396047E710D47402DDE8307BE07E44106CCFF92C78572',X'EC8BD3AAA18EF2C655F96513213421BA2A5E2B740A64ED45353E3080ED262580','12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG','12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P','12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG"]','stock','taleus-sqlite:bciqkwz354efkwf4e7yvmwg4qbt4l4cdwj5smb2c7ixx5d3jcydtjdma','file','{"tally":{"version":1,"createdAt":"2026-11-29T23:53:22.762Z","nonce":"39k6s-72J9OdNIYuBRAkeQ","stock":{"partyId":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG","publicKey":"CAESIC7h5tSW9pOsvIAOdzag6_l1RruHheCSjqw9XnAXuevV"},"foil":{"partyId":"12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P","publicKey":"CAESIPCWezw-x_0Jm6msYUuDmABUcQTDiuNZI-nBchcg-_Ak"}},"signer":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG","signature":"DmbxNVCE9CR5P-1BjbMfYASK-JnsczCOXuVcok0hoy6_bOZIndiLH6FNxhjTa0qZKhGpba115aHiGrYXzp9BAQ"}',1,0,1,1795996402766,'not_tried','','','');
INSERT INTO "tallies" VALUES(2,'bciqohi7rpcy4drsbei4s7zq3iep4pmteep3ehhe3w7adjtqcl2arb5a','dialer','foil',X'B193ACF3F8B52754C0B641A2FCE8189132F7DA7E724FFED72CD3C286C0B52164',X'E641B96D2D208CDE332E4CC547245E51ACF7877381CF9F9662AE36DD38504E8E','12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG','12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P','12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG"]','foil','taleus-sqlite:bciqohi7rpcy4drsbei4s7zq3iep4pmteep3ehhe3w7adjtqcl2arb5a','file','{"tally":{"version":1,"createdAt":"2026-11-29T23:53:22.807Z","nonce":"Qa7usk-XHTXpCgMijVdFxg","stock":{"partyId":"12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P","publicKey":"CAESIPCWezw-x_0Jm6msYUuDmABUcQTDiuNZI-nBchcg-_Ak"},"foil":{"partyId":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG","publicKey":"CAESIC7h5tSW9pOsvIAOdzag6_l1RruHheCSjqw9XnAXuevV"}},"signer":"12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P","signature":"hGD43m-T1_-PDrHxxK29MNDHEENJrCLE69j797asQ_632lYqaWzul93At5sl65HtPNxICtvVV73rWtEaHd9rAg"}',1,1,1,1795996402810,'not_tried','','','');
INSERT INTO "tallies" VALUES(3,'bciqdm4bkahhsl3ofpj3urpenj56dmaerdahi7u5clhmrjmeg3ilk5vi','dialer','stock',X'68FD8232CB02C665E2CC4938686AEDD1574A3D60A2E1595C7D77D86FB73854E2',X'7803ABA6333CAEB63D0CDE6917B84C2030C522633C68EDFA6218950EB3DB2CE5','12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG','12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P','12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG"]','stock','taleus-sqlite:bciqdm4bkahhsl3ofpj3urpenj56dmaerdahi7u5clhmrjmeg3ilk5vi','file','{"tally":{"version":1,"createdAt":"2026-11-29T23:53:22.852Z","nonce":"1KAEPWw2wi79U29NsJik3w","stock":{"partyId":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG","publicKey":"CAESIC7h5tSW9pOsvIAOdzag6_l1RruHheCSjqw9XnAXuevV"},"foil":{"partyId":"12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P","publicKey":"CAESIPCWezw-x_0Jm6msYUuDmABUcQTDiuNZI-nBchcg-_Ak"}},"signer":"12D3KooWCyNiDjkpAHwBz7R9x3Wycj65wosy6MU4ZsCvk41a4UnG","signature":"rLNIBqYaq7gDETeCTw2IPRu65wfUsdRz0OClYlofYrOiuudMzU8hdpndLOs7eE5QyE89_GjbP5XnMjooF6IDDA"}',1,0,1,1795996402858,'not_tried','','','');
CREATE TABLE trails (            -- of each node; what was restored begins another one, and the newest is written to
    number INTEGER PRIMARY KEY,
    node   TEXT NOT NULL,
    origin TEXT NOT NULL UNIQUE,                   -- the name that its heads are signed under
    size   INTEGER NOT NULL,
    edge   BLOB NOT NULL,                          -- roots of the perfect subtrees that it is made of, largest first
    erased INTEGER NOT NULL DEFAULT 0              -- records below it have lost their details
) STRICT;
INSERT INTO "trails" VALUES(1,'12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P','taleus-audit/12D3KooWS1X6uzPA2savWDgVynGZj7VeZobcyE9rBvqHbX2q9C6P/RhWvCwS3AK8YBRO4h68NwA',16,X'2FE90DB2336681C5D26C7E9D4E9F1934F1A890BE30CC482AA67397FB696690D9',0);
CREATE TABLE transitions (       -- append only
    session    INTEGER NOT NULL REFERENCES sessions (number),
    step       INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    from_state TEXT NOT NULL,
    to_state   TEXT NOT NULL,
    cause      TEXT NOT NULL,
    spent_us   INTEGER NOT NULL,
    PRIMARY KEY (session, step)
) STRICT, WITHOUT ROWID;
INSERT INTO "transitions" VALUES(1,1,1795996402761,'CONNECTING','SENDING_CONTACT','Connected',2953);
INSERT INTO "transitions" VALUES(1,2,1795996402761,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',326);
INSERT INTO "transitions" VALUES(1,3,1795996402765,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',4110);
INSERT INTO "transitions" VALUES(1,4,1795996402766,'VALIDATING_RESPONSE','DONE','StockAccepted',559);
INSERT INTO "transitions" VALUES(2,1,1795996402805,'CONNECTING','SENDING_CONTACT','Connected',3154);
INSERT INTO "transitions" VALUES(2,2,1795996402806,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',337);
INSERT INTO "transitions" VALUES(2,3,1795996402807,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',1240);
INSERT INTO "transitions" VALUES(2,4,1795996402807,'VALIDATING_RESPONSE','PROVISIONING_DATABASE','FoilAccepted',104);
INSERT INTO "transitions" VALUES(2,5,1795996402810,'PROVISIONING_DATABASE','SENDING_DATABASE','Provisioned',3564);
INSERT INTO "transitions" VALUES(2,6,1795996402811,'SENDING_DATABASE','AWAITING_ACKNOWLEDGEMENT','DatabaseSent',223);
INSERT INTO "transitions" VALUES(2,7,1795996402812,'AWAITING_ACKNOWLEDGEMENT','DONE','Acknowledged',1518);
INSERT INTO "transitions" VALUES(3,1,1795996402852,'CONNECTING','SENDING_CONTACT','Connected',3906);
INSERT INTO "transitions" VALUES(3,2,1795996402852,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',240);
INSERT INTO "transitions" VALUES(3,3,1795996402857,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',5089);
INSERT INTO "transitions" VALUES(3,4,1795996402858,'VALIDATING_RESPONSE','DONE','StockAccepted',490);
INSERT INTO "transitions" VALUES(4,1,1795996402936,'CONNECTING','SENDING_CONTACT','Connected',2985);
INSERT INTO "transitions" VALUES(4,2,1795996402937,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',505);
INSERT INTO "transitions" VALUES(4,3,1795996402937,'AWAITING_RESPONSE','REJECTED','ResponseRead',31);
INSERT INTO "transitions" VALUES(5,1,1795996402979,'CONNECTING','SENDING_CONTACT','Connected',2970);
INSERT INTO "transitions" VALUES(5,2,1795996402980,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',373);
INSERT INTO "transitions" VALUES(5,3,1795996402981,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',1509);
INSERT INTO "transitions" VALUES(5,4,1795996402981,'VALIDATING_RESPONSE','PROVISIONING_DATABASE','FoilAccepted',409);
CREATE TABLE "unsealed" (    -- append only
    node       TEXT NOT NULL,
    seq        INTEGER NOT NULL,                   -- from 0, without gaps
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    session_id TEXT NOT NULL,
    token_id   TEXT NOT NULL,
    version    INTEGER NOT NULL,
    body       TEXT NOT NULL,                      -- canonical JSON
    PRIMARY KEY (node, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX sessions_of_key ON sessions (key, side) WHERE holds_key = 1;
CREATE INDEX sessions_live ON sessions (side, peer) WHERE ended IS NULL;
CREATE INDEX tallies_of_id ON tallies (tally_id);
CREATE INDEX instances_unadopted ON instances (since) WHERE state <> 'adopted';
CREATE INDEX trails_of_node ON trails (node);
CREATE INDEX records_of_session ON records (session) WHERE session <> 0;
COMMIT;
