PRAGMA application_id=1413565523;
PRAGMA user_version=1;
BEGIN TRANSACTION;
CREATE TABLE audit (             -- append only
    seq        INTEGER PRIMARY KEY,                -- from 0, without gaps
    at         INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    session_id TEXT NOT NULL,
    token_id   TEXT NOT NULL,
    version    INTEGER NOT NULL,
    body       TEXT NOT NULL                       -- canonical JSON
) STRICT;
INSERT INTO "audit" VALUES(0,1795548668712,'started','','',1,'{"version":"0.1.0"}');
INSERT INTO "audit" VALUES(1,1795548668807,'invitation_created','','bdeedd9f3a17e5c1',1,'{"expires":"2026-11-26T19:31:08.807Z","identity":"any","role":"stock","uses":"1"}');
INSERT INTO "audit" VALUES(2,1795548668955,'opened','d51e5f7a2028c36a3ca1d6408b4b3b9c','bdeedd9f3a17e5c1',1,'{"address":"/ip4/127.0.0.1/tcp/44632","party":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","peer":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","side":"listener"}');
INSERT INTO "audit" VALUES(3,1795548668955,'transition','d51e5f7a2028c36a3ca1d6408b4b3b9c','bdeedd9f3a17e5c1',1,'{"cause":"ContactRead","from":"READING_REQUEST","to":"VALIDATING_TOKEN","us":2999}');
INSERT INTO "audit" VALUES(4,1795548668967,'transition','d51e5f7a2028c36a3ca1d6408b4b3b9c','bdeedd9f3a17e5c1',1,'{"cause":"TokenAccepted","from":"VALIDATING_TOKEN","to":"VALIDATING_IDENTITY","us":11750}');
INSERT INTO "audit" VALUES(5,1795548668967,'identity','d51e5f7a2028c36a3ca1d6408b4b3b9c','bdeedd9f3a17e5c1',1,'{"accepted":true,"reason":"","requirement":"any"}');
INSERT INTO "audit" VALUES(6,1795548668979,'transition','d51e5f7a2028c36a3ca1d6408b4b3b9c','bdeedd9f3a17e5c1',1,'{"cause":"IdentityAccepted","from":"VALIDATING_IDENTITY","to":"PROVISIONING_DATABASE","us":12092}');
INSERT INTO "audit" VALUES(7,1795548668983,'hook','d51e5f7a2028c36a3ca1d6408b4b3b9c','bdeedd9f3a17e5c1',1,'{"hook":"provisioner","outcome":"made"}');
INSERT INTO "audit" VALUES(8,1795548668983,'decided','d51e5f7a2028c36a3ca1d6408b4b3b9c','bdeedd9f3a17e5c1',1,'{"approved":true,"role":"stock","tallyId":"bciqcphbqzkycwgsicjywzhmyarpchsxpo7dk7p66e2wxq7kcubldaxy"}');
INSERT INTO "audit" VALUES(9,1795548668987,'transition','d51e5f7a2028c36a3ca1d6408b4b3b9c','bdeedd9f3a17e5c1',1,'{"cause":"TallyRecorded","from":"PROVISIONING_DATABASE","to":"SENDING_RESPONSE","us":7962}');
INSERT INTO "audit" VALUES(10,1795548668987,'transition','d51e5f7a2028c36a3ca1d6408b4b3b9c','bdeedd9f3a17e5c1',1,'{"cause":"ResponseSent","from":"SENDING_RESPONSE","to":"DONE","us":133}');
INSERT INTO "audit" VALUES(11,1795548668987,'ended','d51e5f7a2028c36a3ca1d6408b4b3b9c','bdeedd9f3a17e5c1',1,'{"delivered":true,"outcome":"done"}');
INSERT INTO "audit" VALUES(12,1795548669040,'invitation_created','','1f88a0928d1b341c',1,'{"expires":"2026-11-26T19:31:09.040Z","identity":"any","role":"foil","uses":"1"}');
INSERT INTO "audit" VALUES(13,1795548669107,'opened','f44461f12484dcc2d26f53c53c9a2868','1f88a0928d1b341c',1,'{"address":"/ip4/127.0.0.1/tcp/44634","party":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","peer":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","side":"listener"}');
INSERT INTO "audit" VALUES(14,1795548669107,'transition','f44461f12484dcc2d26f53c53c9a2868','1f88a0928d1b341c',1,'{"cause":"ContactRead","from":"READING_REQUEST","to":"VALIDATING_TOKEN","us":108}');
INSERT INTO "audit" VALUES(15,1795548669111,'transition','f44461f12484dcc2d26f53c53c9a2868','1f88a0928d1b341c',1,'{"cause":"TokenAccepted","from":"VALIDATING_TOKEN","to":"VALIDATING_IDENTITY","us":3424}');
INSERT INTO "audit" VALUES(16,1795548669111,'identity','f44461f12484dcc2d26f53c53c9a2868','1f88a0928d1b341c',1,'{"accepted":true,"reason":"","requirement":"any"}');
INSERT INTO "audit" VALUES(17,1795548669111,'decided','f44461f12484dcc2d26f53c53c9a2868','1f88a0928d1b341c',1,'{"approved":true,"role":"foil"}');
INSERT INTO "audit" VALUES(18,1795548669115,'transition','f44461f12484dcc2d26f53c53c9a2868','1f88a0928d1b341c',1,'{"cause":"FoilApproved","from":"VALIDATING_IDENTITY","to":"SENDING_RESPONSE","us":3966}');
INSERT INTO "audit" VALUES(19,1795548669115,'transition','f44461f12484dcc2d26f53c53c9a2868','1f88a0928d1b341c',1,'{"cause":"ResponseSent","from":"SENDING_RESPONSE","to":"AWAITING_DATABASE","us":112}');
INSERT INTO "audit" VALUES(20,1795548669127,'transition','f44461f12484dcc2d26f53c53c9a2868','1f88a0928d1b341c',1,'{"cause":"DatabaseRead","from":"AWAITING_DATABASE","to":"VALIDATING_DATABASE","us":10003}');
INSERT INTO "audit" VALUES(21,1795548669128,'draft','f44461f12484dcc2d26f53c53c9a2868','1f88a0928d1b341c',1,'{"reason":"","verified":true}');
INSERT INTO "audit" VALUES(22,1795548669128,'decided','f44461f12484dcc2d26f53c53c9a2868','1f88a0928d1b341c',1,'{"accepted":true,"tallyId":"bciqmj5iqz2xpudgmoageu5kba6keaeq45maqq2pzbnpvt64ojba6gtq"}');
INSERT INTO "audit" VALUES(23,1795548669129,'transition','f44461f12484dcc2d26f53c53c9a2868','1f88a0928d1b341c',1,'{"cause":"DatabaseAccepted","from":"VALIDATING_DATABASE","to":"DONE","us":1209}');
INSERT INTO "audit" VALUES(24,1795548669129,'ended','f44461f12484dcc2d26f53c53c9a2868','1f88a0928d1b341c',1,'{"delivered":true,"outcome":"done"}');
INSERT INTO "audit" VALUES(25,1795548669167,'invitation_created','','73926ec72b79622f',1,'{"expires":"2026-11-26T19:31:09.167Z","identity":"any","role":"stock","uses":"unlimited"}');
INSERT INTO "audit" VALUES(26,1795548669295,'opened','0a46a41ab3d5f13e9cd1333afd459728','73926ec72b79622f',1,'{"address":"/ip4/127.0.0.1/tcp/44640","party":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","peer":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","side":"listener"}');
INSERT INTO "audit" VALUES(27,1795548669295,'transition','0a46a41ab3d5f13e9cd1333afd459728','73926ec72b79622f',1,'{"cause":"ContactRead","from":"READING_REQUEST","to":"VALIDATING_TOKEN","us":5433}');
INSERT INTO "audit" VALUES(28,1795548669309,'transition','0a46a41ab3d5f13e9cd1333afd459728','73926ec72b79622f',1,'{"cause":"TokenAccepted","from":"VALIDATING_TOKEN","to":"VALIDATING_IDENTITY","us":13854}');
INSERT INTO "audit" VALUES(29,1795548669309,'identity','0a46a41ab3d5f13e9cd1333afd459728','73926ec72b79622f',1,'{"accepted":true,"reason":"","requirement":"any"}');
INSERT INTO "audit" VALUES(30,1795548669335,'transition','0a46a41ab3d5f13e9cd1333afd459728','73926ec72b79622f',1,'{"cause":"IdentityAccepted","from":"VALIDATING_IDENTITY","to":"PROVISIONING_DATABASE","us":25979}');
INSERT INTO "audit" VALUES(31,1795548669387,'hook','0a46a41ab3d5f13e9cd1333afd459728','73926ec72b79622f',1,'{"hook":"provisioner","outcome":"made"}');
INSERT INTO "audit" VALUES(32,1795548669387,'decided','0a46a41ab3d5f13e9cd1333afd459728','73926ec72b79622f',1,'{"approved":true,"role":"stock","tallyId":"bciqjrck2q6g24e4l24gby5cyuew4nsta5eopl7h7lbnasczdcpy5ely"}');
INSERT INTO "audit" VALUES(33,1795548669403,'transition','0a46a41ab3d5f13e9cd1333afd459728','73926ec72b79622f',1,'{"cause":"TallyRecorded","from":"PROVISIONING_DATABASE","to":"SENDING_RESPONSE","us":67995}');
INSERT INTO "audit" VALUES(34,1795548669403,'transition','0a46a41ab3d5f13e9cd1333afd459728','73926ec72b79622f',1,'{"cause":"ResponseSent","from":"SENDING_RESPONSE","to":"DONE","us":137}');
INSERT INTO "audit" VALUES(35,1795548669403,'ended','0a46a41ab3d5f13e9cd1333afd459728','73926ec72b79622f',1,'{"delivered":true,"outcome":"done"}');
INSERT INTO "audit" VALUES(36,1795548669473,'invitation_created','','98fcccaa696f234a',1,'{"expires":"2026-11-26T19:31:09.473Z","identity":"proof","role":"stock","uses":"5"}');
INSERT INTO "audit" VALUES(37,1795548669541,'invitation_created','','60c4de6a451e656e',1,'{"expires":"2026-11-26T19:31:09.541Z","identity":"any","role":"foil","uses":"1"}');
INSERT INTO "audit" VALUES(38,1795548669606,'invitation_revoked','','60c4de6a451e656e',1,'{}');
INSERT INTO "audit" VALUES(39,1795548669629,'opened','682541bc649a30664077efb17a2ba46a','60c4de6a451e656e',1,'{"address":"/ip4/127.0.0.1/tcp/44648","party":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","peer":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","side":"listener"}');
INSERT INTO "audit" VALUES(40,1795548669629,'transition','682541bc649a30664077efb17a2ba46a','60c4de6a451e656e',1,'{"cause":"ContactRead","from":"READING_REQUEST","to":"VALIDATING_TOKEN","us":200}');
INSERT INTO "audit" VALUES(41,1795548669629,'transition','682541bc649a30664077efb17a2ba46a','60c4de6a451e656e',1,'{"cause":"Refused","from":"VALIDATING_TOKEN","to":"SENDING_REFUSAL","us":134}');
INSERT INTO "audit" VALUES(42,1795548669629,'transition','682541bc649a30664077efb17a2ba46a','60c4de6a451e656e',1,'{"cause":"RefusalSent","from":"SENDING_REFUSAL","to":"REJECTED","us":63}');
INSERT INTO "audit" VALUES(43,1795548669629,'ended','682541bc649a30664077efb17a2ba46a','60c4de6a451e656e',1,'{"code":"token_revoked","delivered":false,"outcome":"rejected"}');
INSERT INTO "audit" VALUES(44,1795548669659,'invitation_created','','bf571def1d3c593b',1,'{"expires":"2026-11-26T19:31:09.659Z","identity":"any","role":"foil","uses":"1"}');
INSERT INTO "audit" VALUES(45,1795548669714,'opened','ab530e22079de649cbca51ffe264eeca','bf571def1d3c593b',1,'{"address":"/ip4/127.0.0.1/tcp/44656","party":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","peer":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","side":"listener"}');
INSERT INTO "audit" VALUES(46,1795548669714,'transition','ab530e22079de649cbca51ffe264eeca','bf571def1d3c593b',1,'{"cause":"ContactRead","from":"READING_REQUEST","to":"VALIDATING_TOKEN","us":223}');
INSERT INTO "audit" VALUES(47,1795548669715,'transition','ab530e22079de649cbca51ffe264eeca','bf571def1d3c593b',1,'{"cause":"TokenAccepted","from":"VALIDATING_TOKEN","to":"VALIDATING_IDENTITY","us":209}');
INSERT INTO "audit" VALUES(48,1795548669715,'identity','ab530e22079de649cbca51ffe264eeca','bf571def1d3c593b',1,'{"accepted":true,"reason":"","requirement":"any"}');
INSERT INTO "audit" VALUES(49,1795548669715,'decided','ab530e22079de649cbca51ffe264eeca','bf571def1d3c593b',1,'{"approved":true,"role":"foil"}');
INSERT INTO "audit" VALUES(50,1795548669716,'transition','ab530e22079de649cbca51ffe264eeca','bf571def1d3c593b',1,'{"cause":"FoilApproved","from":"VALIDATING_IDENTITY","to":"SENDING_RESPONSE","us":1361}');
INSERT INTO "audit" VALUES(51,1795548669716,'transition','ab530e22079de649cbca51ffe264eeca','bf571def1d3c593b',1,'{"cause":"ResponseSent","from":"SENDING_RESPONSE","to":"AWAITING_DATABASE","us":60}');
INSERT INTO "audit" VALUES(52,1795548669779,'invitation_created','','7ee338f8d0d7e21f',1,'{"expires":"2026-11-26T19:31:09.779Z","identity":"any","role":"stock","uses":"1"}');
INSERT INTO "audit" VALUES(53,1795548669905,'invitation_created','','b01b95aac55add72',1,'{"expires":"2026-11-26T19:31:09.905Z","identity":"any","role":"stock","uses":"1"}');
INSERT INTO "audit" VALUES(54,1795548670021,'opened','8d10b185d0210a907236062b28a8f5a7','b01b95aac55add72',1,'{"address":"/ip4/127.0.0.1/tcp/44686","party":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","peer":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","side":"listener"}');
INSERT INTO "audit" VALUES(55,1795548670021,'transition','8d10b185d0210a907236062b28a8f5a7','b01b95aac55add72',1,'{"cause":"ContactRead","from":"READING_REQUEST","to":"VALIDATING_TOKEN","us":135}');
INSERT INTO "audit" VALUES(56,1795548670021,'transition','8d10b185d0210a907236062b28a8f5a7','b01b95aac55add72',1,'{"cause":"TokenAccepted","from":"VALIDATING_TOKEN","to":"VALIDATING_IDENTITY","us":135}');
INSERT INTO "audit" VALUES(57,1795548670021,'identity','8d10b185d0210a907236062b28a8f5a7','b01b95aac55add72',1,'{"accepted":true,"reason":"","requirement":"any"}');
CREATE TABLE counters (          -- values that only rise
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "counters" VALUES('epoch',5);
CREATE TABLE instances (         -- what was, or may have been, provisioned here
    number   INTEGER PRIMARY KEY,
    instance BLOB NOT NULL CHECK (length(instance) = 32),
    side     TEXT NOT NULL,
    key      BLOB NOT NULL,
    session  INTEGER NOT NULL REFERENCES sessions (number),
    tally_id TEXT NOT NULL,
    draft    TEXT NOT NULL,
    state    TEXT NOT NULL CHECK (state IN ('made', 'adopted', 'removing')),
    since    INTEGER NOT NULL,
    UNIQUE (key, side)
) STRICT;
INSERT INTO "instances" VALUES(1,X'5D94DBE0EB96168D3923C5B5D898A79F9185B4936CC244389DD32EF4CA2676C3','listener',X'5E5636CE635BAD1E949DA5B5D2A1D09A6680ACDB09BD83ABD3A294E3AE087990',1,'bciqcphbqzkycwgsicjywzhmyarpchsxpo7dk7p66e2wxq7kcubldaxy','{"tally":{"version":1,"createdAt":"2026-11-24T19:31:08.967Z","nonce":"O2q4dO8LbK3vxAowycQfiA","stock":{"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","publicKey":"CAESIMOdB91zMSBkebNSzBdpIFP7ZtLKMCxA6hEKj1re2eMh"},"foil":{"partyId":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","publicKey":"CAESILfgb5sjStutCotY3yRVVUSpgpRgA0j7m516iY-bV_l-"}},"signer":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","signature":"-J_LGypXeFPutidutFCmHdk664m-TE6OqAG5LZWWTfEqovl5CKYmOIre19w1sZvpPtRlS0HpaRX-BxSjNGw2BA"}','adopted',1795548668967);
INSERT INTO "instances" VALUES(2,X'83DA73E210A0E472DB8876DDFBF301274F5F485ADB7EAD8680BB7AD13A762B7A','listener',X'9AD3549A011EE706FB31455AD72C82382D72C6199380DC67BB96B74C4F9A5811',3,'bciqjrck2q6g24e4l24gby5cyuew4nsta5eopl7h7lbnasczdcpy5ely','{"tally":{"version":1,"createdAt":"2026-11-24T19:31:09.309Z","nonce":"FkvkDWJH32mMNkA0ALXVeQ","stock":{"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","publicKey":"CAESIMOdB91zMSBkebNSzBdpIFP7ZtLKMCxA6hEKj1re2eMh"},"foil":{"partyId":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","publicKey":"CAESILfgb5sjStutCotY3yRVVUSpgpRgA0j7m516iY-bV_l-"}},"signer":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","signature":"-Nj-qhzGNwj8u2WGcQXq_mCLa_FWCdtIxF6jKTlGhtEA2J7kHjLywOd30AGSIvVe3ADd1H033vYqajyRQmzFCg"}','adopted',1795548669309);
INSERT INTO "instances" VALUES(3,X'B97F74AF2B049ADC27476CB1D50859778D14A8FAF55AD70559087C65BBB9D733','listener',X'FE2729BA44061E961419C6F1579E3918296BD1B485A154FDABFA2893B5D93CFB',6,'bciqldiafxro2tgft5sj54rfz54pppzxjvko7m3hfhh2xnfmfbg5ltfi','{"tally":{"version":1,"createdAt":"2026-11-24T19:31:10.021Z","nonce":"APAJUQyVi6uD0TQMW5uadw","stock":{"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","publicKey":"CAESIMOdB91zMSBkebNSzBdpIFP7ZtLKMCxA6hEKj1re2eMh"},"foil":{"partyId":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","publicKey":"CAESILfgb5sjStutCotY3yRVVUSpgpRgA0j7m516iY-bV_l-"}},"signer":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","signature":"DYvgOYrp29ON6yzmqI5ZYthA8A9lNfDmNi8iAlAmqdneplSQWtTF5AHlLTQwlgLTN8Bu-4YGIxaw3WLIcuJ1AQ"}','made',1795548670021);
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
    reserved    INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    CHECK (uses IS NULL OR spent + reserved <= uses)
) STRICT;
INSERT INTO "invitations" VALUES(1,'bdeedd9f3a17e5c1',X'BDEEDD9F3A17E5C19E47AE9FC086C21734ECEA4790445A77BB042EAF9B65B4B9','stock',1795548668807,1795721468807,1,NULL,'any','stock done',NULL,1,0);
INSERT INTO "invitations" VALUES(2,'1f88a0928d1b341c',X'1F88A0928D1B341C6E80072F7C0F33674D0AEC1ADF660EF654516E3D148F179F','foil',1795548669040,1795721469040,1,NULL,'any','foil done',NULL,1,0);
INSERT INTO "invitations" VALUES(3,'73926ec72b79622f',X'73926EC72B79622F67509225CB52E62C586514D93EA6BBEDE27D4C4718D54D6E','stock',1795548669167,1795721469167,NULL,3,'any','unlimited',NULL,1,0);
INSERT INTO "invitations" VALUES(4,'98fcccaa696f234a',X'98FCCCAA696F234A3E940A3D0080C5CA9E3D339B8BBB085F69278167D8B0F955','stock',1795548669473,1795721469473,5,NULL,'proof','untouched',NULL,0,0);
INSERT INTO "invitations" VALUES(5,'60c4de6a451e656e',X'60C4DE6A451E656E9187000C2FFB7C8108BD35C45FA00F30F9CC360A388ED829','foil',1795548669541,1795721469541,1,NULL,'any','revoked',1795548669606,0,0);
INSERT INTO "invitations" VALUES(6,'bf571def1d3c593b',X'BF571DEF1D3C593B4C22E28EB883CD1EC39EAE3B52ED3A451B9B471170D1823D','foil',1795548669659,1795721469659,1,NULL,'any','waiting',NULL,0,1);
INSERT INTO "invitations" VALUES(7,'7ee338f8d0d7e21f',X'7EE338F8D0D7E21F9614EA93AE65BEBAFFED34B83727CA09BFF0257511DE895C','stock',1795548669779,1795721469779,1,NULL,'any','unheard',NULL,0,0);
INSERT INTO "invitations" VALUES(8,'b01b95aac55add72',X'B01B95AAC55ADD721AFD2F27A26CCD4E5DAB3BB9BC22EE793D00C771129712E8','stock',1795548669905,1795721469905,1,NULL,'any','broken',NULL,0,1);
CREATE TABLE nodes (
    peer      TEXT PRIMARY KEY,
    addresses TEXT NOT NULL,                       -- JSON array
    seen      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "nodes" VALUES('12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW"]',1795548668712);
CREATE TABLE peer_uses (         -- only of invitations that limit them
    token    BLOB NOT NULL REFERENCES invitations (token),
    peer     TEXT NOT NULL,
    spent    INTEGER NOT NULL DEFAULT 0 CHECK (spent >= 0),
    reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    PRIMARY KEY (token, peer)
) STRICT, WITHOUT ROWID;
INSERT INTO "peer_uses" VALUES(X'73926EC72B79622F67509225CB52E62C586514D93EA6BBEDE27D4C4718D54D6E','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR',1,0);
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
    holds_key       INTEGER NOT NULL CHECK (holds_key IN (0, 1)), -- answers for its key: live, decided or resumable
    CHECK ((state IN ('DONE', 'REJECTED', 'FAILED', 'TIMED_OUT', 'CANCELLED')) = (ended IS NOT NULL)),
    CHECK (reserved = 0 OR (ended IS NULL AND tally_id = ''))
) STRICT;
INSERT INTO "sessions" VALUES(1,'d51e5f7a2028c36a3ca1d6408b4b3b9c','listener','stock',X'5E5636CE635BAD1E949DA5B5D2A1D09A6680ACDB09BD83ABD3A294E3AE087990',X'BDEEDD9F3A17E5C19E47AE9FC086C21734ECEA4790445A77BB042EAF9B65B4B9','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','DONE',1,1795548668955,NULL,1795548668983,NULL,'{"approved":true,"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW"],"provisionResult":{"tally":{"tallyId":"bciqcphbqzkycwgsicjywzhmyarpchsxpo7dk7p66e2wxq7kcubldaxy","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"taleus-sqlite:bciqcphbqzkycwgsicjywzhmyarpchsxpo7dk7p66e2wxq7kcubldaxy","credentialsRef":"file"},"draft":{"tally":{"version":1,"createdAt":"2026-11-24T19:31:08.967Z","nonce":"O2q4dO8LbK3vxAowycQfiA","stock":{"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","publicKey":"CAESIMOdB91zMSBkebNSzBdpIFP7ZtLKMCxA6hEKj1re2eMh"},"foil":{"partyId":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","publicKey":"CAESILfgb5sjStutCotY3yRVVUSpgpRgA0j7m516iY-bV_l-"}},"signer":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","signature":"-J_LGypXeFPutidutFCmHdk664m-TE6OqAG5LZWWTfEqovl5CKYmOIre19w1sZvpPtRlS0HpaRX-BxSjNGw2BA"}},"sessionId":"d51e5f7a2028c36a3ca1d6408b4b3b9c"}','','bciqcphbqzkycwgsicjywzhmyarpchsxpo7dk7p66e2wxq7kcubldaxy',1,'[]',0,1);
INSERT INTO "sessions" VALUES(2,'f44461f12484dcc2d26f53c53c9a2868','listener','foil',X'39D3625508AB088977EDD58369BDE64A766F4AA819B25DB196EDD28EFC5F9FFD',X'1F88A0928D1B341C6E80072F7C0F33674D0AEC1ADF660EF654516E3D148F179F','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','DONE',2,1795548669107,1795591869107,1795548669128,NULL,'{"approved":true,"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW"],"sessionId":"f44461f12484dcc2d26f53c53c9a2868","expiresInMs":43199996}','{"accepted":true,"tallyId":"bciqmj5iqz2xpudgmoageu5kba6keaeq45maqq2pzbnpvt64ojba6gtq","draft":"verified"}','bciqmj5iqz2xpudgmoageu5kba6keaeq45maqq2pzbnpvt64ojba6gtq',1,'[]',0,1);
INSERT INTO "sessions" VALUES(3,'0a46a41ab3d5f13e9cd1333afd459728','listener','stock',X'9AD3549A011EE706FB31455AD72C82382D72C6199380DC67BB96B74C4F9A5811',X'73926EC72B79622F67509225CB52E62C586514D93EA6BBEDE27D4C4718D54D6E','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','DONE',3,1795548669295,NULL,1795548669387,NULL,'{"approved":true,"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW"],"provisionResult":{"tally":{"tallyId":"bciqjrck2q6g24e4l24gby5cyuew4nsta5eopl7h7lbnasczdcpy5ely","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"taleus-sqlite:bciqjrck2q6g24e4l24gby5cyuew4nsta5eopl7h7lbnasczdcpy5ely","credentialsRef":"file"},"draft":{"tally":{"version":1,"createdAt":"2026-11-24T19:31:09.309Z","nonce":"FkvkDWJH32mMNkA0ALXVeQ","stock":{"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","publicKey":"CAESIMOdB91zMSBkebNSzBdpIFP7ZtLKMCxA6hEKj1re2eMh"},"foil":{"partyId":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","publicKey":"CAESILfgb5sjStutCotY3yRVVUSpgpRgA0j7m516iY-bV_l-"}},"signer":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","signature":"-Nj-qhzGNwj8u2WGcQXq_mCLa_FWCdtIxF6jKTlGhtEA2J7kHjLywOd30AGSIvVe3ADd1H033vYqajyRQmzFCg"}},"sessionId":"0a46a41ab3d5f13e9cd1333afd459728"}','','bciqjrck2q6g24e4l24gby5cyuew4nsta5eopl7h7lbnasczdcpy5ely',1,'[]',0,1);
INSERT INTO "sessions" VALUES(4,'682541bc649a30664077efb17a2ba46a','listener','foil',X'57017BC89DA10783AC972A60A1BFB41CA6B884E60A2854162B3823D7529C6296',X'60C4DE6A451E656E9187000C2FFB7C8108BD35C45FA00F30F9CC360A388ED829','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','REJECTED',0,1795548669629,NULL,1795548669629,'token_revoked','','','',0,'[]',0,0);
INSERT INTO "sessions" VALUES(5,'ab530e22079de649cbca51ffe264eeca','listener','foil',X'B75FA53030A783209313A2259070569451B99A4B0E6F2FE69F442DB6851AB5FB',X'BF571DEF1D3C593B4C22E28EB883CD1EC39EAE3B52ED3A451B9B471170D1823D','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','AWAITING_DATABASE',4,1795548669714,1795591869714,NULL,NULL,'{"approved":true,"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW"],"sessionId":"ab530e22079de649cbca51ffe264eeca","expiresInMs":43199999}','','',1,'[]',1,1);
INSERT INTO "sessions" VALUES(6,'8d10b185d0210a907236062b28a8f5a7','listener','stock',X'FE2729BA44061E961419C6F1579E3918296BD1B485A154FDABFA2893B5D93CFB',X'B01B95AAC55ADD721AFD2F27A26CCD4E5DAB3BB9BC22EE793D00C771129712E8','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','PROVISIONING_DATABASE',5,1795548670021,NULL,NULL,NULL,'','','',0,'[]',1,1);
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
    recorded        INTEGER NOT NULL,
    UNIQUE (key, side)
) STRICT;
INSERT INTO "tallies" VALUES(1,'bciqcphbqzkycwgsicjywzhmyarpchsxpo7dk7p66e2wxq7kcubldaxy','listener','stock',X'5E5636CE635BAD1E949DA5B5D2A1D09A6680ACDB09BD83ABD3A294E3AE087990',X'BDEEDD9F3A17E5C19E47AE9FC086C21734ECEA4790445A77BB042EAF9B65B4B9','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','[]','stock','taleus-sqlite:bciqcphbqzkycwgsicjywzhmyarpchsxpo7dk7p66e2wxq7kcubldaxy','file','{"tally":{"version":1,"createdAt":"2026-11-24T19:31:08.967Z","nonce":"O2q4dO8LbK3vxAowycQfiA","stock":{"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","publicKey":"CAESIMOdB91zMSBkebNSzBdpIFP7ZtLKMCxA6hEKj1re2eMh"},"foil":{"partyId":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","publicKey":"CAESILfgb5sjStutCotY3yRVVUSpgpRgA0j7m516iY-bV_l-"}},"signer":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","signature":"-J_LGypXeFPutidutFCmHdk664m-TE6OqAG5LZWWTfEqovl5CKYmOIre19w1sZvpPtRlS0HpaRX-BxSjNGw2BA"}',1,0,1,1795548668983);
INSERT INTO "tallies" VALUES(2,'bciqmj5iqz2xpudgmoageu5kba6keaeq45maqq2pzbnpvt64ojba6gtq','listener','foil',X'39D3625508AB088977EDD58369BDE64A766F4AA819B25DB196EDD28EFC5F9FFD',X'1F88A0928D1B341C6E80072F7C0F33674D0AEC1ADF660EF654516E3D148F179F','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','[]','foil','taleus-sqlite:bciqmj5iqz2xpudgmoageu5kba6keaeq45maqq2pzbnpvt64ojba6gtq','file','{"tally":{"version":1,"createdAt":"2026-11-24T19:31:09.115Z","nonce":"G5TeKSoxus1Suo-hhN8tSA","stock":{"partyId":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","publicKey":"CAESILfgb5sjStutCotY3yRVVUSpgpRgA0j7m516iY-bV_l-"},"foil":{"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","publicKey":"CAESIMOdB91zMSBkebNSzBdpIFP7ZtLKMCxA6hEKj1re2eMh"}},"signer":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","signature":"pZCmqLtTEU81vrTjJPMAHYk3ialk6eT_O1k5x463evKnjxXAlYRSUKpYwF9_NlvGlLpBBZwed2tZFr-Nmad0Cg"}',1,0,1,1795548669128);
INSERT INTO "tallies" VALUES(3,'bciqjrck2q6g24e4l24gby5cyuew4nsta5eopl7h7lbnasczdcpy5ely','listener','stock',X'9AD3549A011EE706FB31455AD72C82382D72C6199380DC67BB96B74C4F9A5811',X'73926EC72B79622F67509225CB52E62C586514D93EA6BBEDE27D4C4718D54D6E','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','[]','stock','taleus-sqlite:bciqjrck2q6g24e4l24gby5cyuew4nsta5eopl7h7lbnasczdcpy5ely','file','{"tally":{"version":1,"createdAt":"2026-11-24T19:31:09.309Z","nonce":"FkvkDWJH32mMNkA0ALXVeQ","stock":{"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","publicKey":"CAESIMOdB91zMSBkebNSzBdpIFP7ZtLKMCxA6hEKj1re2eMh"},"foil":{"partyId":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","publicKey":"CAESILfgb5sjStutCotY3yRVVUSpgpRgA0j7m516iY-bV_l-"}},"signer":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","signature":"-Nj-qhzGNwj8u2WGcQXq_mCLa_FWCdtIxF6jKTlGhtEA2J7kHjLywOd30AGSIvVe3ADd1H033vYqajyRQmzFCg"}',1,0,1,1795548669387);
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
INSERT INTO "transitions" VALUES(1,1,1795548668955,'READING_REQUEST','VALIDATING_TOKEN','ContactRead',2999);
INSERT INTO "transitions" VALUES(1,2,1795548668967,'VALIDATING_TOKEN','VALIDATING_IDENTITY','TokenAccepted',11750);
INSERT INTO "transitions" VALUES(1,3,1795548668979,'VALIDATING_IDENTITY','PROVISIONING_DATABASE','IdentityAccepted',12092);
INSERT INTO "transitions" VALUES(1,4,1795548668987,'PROVISIONING_DATABASE','SENDING_RESPONSE','TallyRecorded',7962);
INSERT INTO "transitions" VALUES(1,5,1795548668987,'SENDING_RESPONSE','DONE','ResponseSent',133);
INSERT INTO "transitions" VALUES(2,1,1795548669107,'READING_REQUEST','VALIDATING_TOKEN','ContactRead',108);
INSERT INTO "transitions" VALUES(2,2,1795548669111,'VALIDATING_TOKEN','VALIDATING_IDENTITY','TokenAccepted',3424);
INSERT INTO "transitions" VALUES(2,3,1795548669115,'VALIDATING_IDENTITY','SENDING_RESPONSE','FoilApproved',3966);
INSERT INTO "transitions" VALUES(2,4,1795548669115,'SENDING_RESPONSE','AWAITING_DATABASE','ResponseSent',112);
INSERT INTO "transitions" VALUES(2,5,1795548669127,'AWAITING_DATABASE','VALIDATING_DATABASE','DatabaseRead',10003);
INSERT INTO "transitions" VALUES(2,6,1795548669129,'VALIDATING_DATABASE','DONE','DatabaseAccepted',1209);
INSERT INTO "transitions" VALUES(3,1,1795548669295,'READING_REQUEST','VALIDATING_TOKEN','ContactRead',5433);
INSERT INTO "transitions" VALUES(3,2,1795548669309,'VALIDATING_TOKEN','VALIDATING_IDENTITY','TokenAccepted',13854);
INSERT INTO "transitions" VALUES(3,3,1795548669335,'VALIDATING_IDENTITY','PROVISIONING_DATABASE','IdentityAccepted',25979);
INSERT INTO "transitions" VALUES(3,4,1795548669403,'PROVISIONING_DATABASE','SENDING_RESPONSE','TallyRecorded',67995);
INSERT INTO "transitions" VALUES(3,5,1795548669403,'SENDING_RESPONSE','DONE','ResponseSent',137);
INSERT INTO "transitions" VALUES(4,1,1795548669629,'READING_REQUEST','VALIDATING_TOKEN','ContactRead',200);
INSERT INTO "transitions" VALUES(4,2,1795548669629,'VALIDATING_TOKEN','SENDING_REFUSAL','Refused',134);
INSERT INTO "transitions" VALUES(4,3,1795548669629,'SENDING_REFUSAL','REJECTED','RefusalSent',63);
INSERT INTO "transitions" VALUES(5,1,1795548669714,'READING_REQUEST','VALIDATING_TOKEN','ContactRead',223);
INSERT INTO "transitions" VALUES(5,2,1795548669715,'VALIDATING_TOKEN','VALIDATING_IDENTITY','TokenAccepted',209);
INSERT INTO "transitions" VALUES(5,3,1795548669716,'VALIDATING_IDENTITY','SENDING_RESPONSE','FoilApproved',1361);
INSERT INTO "transitions" VALUES(5,4,1795548669716,'SENDING_RESPONSE','AWAITING_DATABASE','ResponseSent',60);
INSERT INTO "transitions" VALUES(6,1,1795548670021,'READING_REQUEST','VALIDATING_TOKEN','ContactRead',135);
INSERT INTO "transitions" VALUES(6,2,1795548670021,'VALIDATING_TOKEN','VALIDATING_IDENTITY','TokenAccepted',135);
CREATE UNIQUE INDEX sessions_of_key ON sessions (key, side) WHERE holds_key = 1;
CREATE INDEX sessions_live ON sessions (side, peer) WHERE ended IS NULL;
CREATE INDEX tallies_of_id ON tallies (tally_id);
CREATE INDEX instances_unadopted ON instances (since) WHERE state <> 'adopted';
CREATE INDEX audit_of_session ON audit (session_id) WHERE session_id <> '';
COMMIT;
