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
INSERT INTO "audit" VALUES(0,1795548668906,'opened','a0ba4a7267c8d7d47db9633fa77dae3c','bdeedd9f3a17e5c1',1,'{"peer":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","role":"stock","side":"dialer"}');
INSERT INTO "audit" VALUES(1,1795548668951,'transition','a0ba4a7267c8d7d47db9633fa77dae3c','bdeedd9f3a17e5c1',1,'{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":54720}');
INSERT INTO "audit" VALUES(2,1795548668955,'transition','a0ba4a7267c8d7d47db9633fa77dae3c','bdeedd9f3a17e5c1',1,'{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":3151}');
INSERT INTO "audit" VALUES(3,1795548668991,'transition','a0ba4a7267c8d7d47db9633fa77dae3c','bdeedd9f3a17e5c1',1,'{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":36101}');
INSERT INTO "audit" VALUES(4,1795548668991,'decided','a0ba4a7267c8d7d47db9633fa77dae3c','bdeedd9f3a17e5c1',1,'{"tallyId":"bciqcphbqzkycwgsicjywzhmyarpchsxpo7dk7p66e2wxq7kcubldaxy"}');
INSERT INTO "audit" VALUES(5,1795548668995,'transition','a0ba4a7267c8d7d47db9633fa77dae3c','bdeedd9f3a17e5c1',1,'{"cause":"StockAccepted","from":"VALIDATING_RESPONSE","to":"DONE","us":3907}');
INSERT INTO "audit" VALUES(6,1795548668995,'ended','a0ba4a7267c8d7d47db9633fa77dae3c','bdeedd9f3a17e5c1',1,'{"outcome":"done"}');
INSERT INTO "audit" VALUES(7,1795548669097,'opened','9a481fec9c449c5db8719a02a516da20','1f88a0928d1b341c',1,'{"peer":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","role":"foil","side":"dialer"}');
INSERT INTO "audit" VALUES(8,1795548669107,'transition','9a481fec9c449c5db8719a02a516da20','1f88a0928d1b341c',1,'{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":10255}');
INSERT INTO "audit" VALUES(9,1795548669111,'transition','9a481fec9c449c5db8719a02a516da20','1f88a0928d1b341c',1,'{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":4403}');
INSERT INTO "audit" VALUES(10,1795548669115,'transition','9a481fec9c449c5db8719a02a516da20','1f88a0928d1b341c',1,'{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":3505}');
INSERT INTO "audit" VALUES(11,1795548669115,'transition','9a481fec9c449c5db8719a02a516da20','1f88a0928d1b341c',1,'{"cause":"FoilAccepted","from":"VALIDATING_RESPONSE","to":"PROVISIONING_DATABASE","us":92}');
INSERT INTO "audit" VALUES(12,1795548669123,'hook','9a481fec9c449c5db8719a02a516da20','1f88a0928d1b341c',1,'{"hook":"provisioner","outcome":"made"}');
INSERT INTO "audit" VALUES(13,1795548669127,'transition','9a481fec9c449c5db8719a02a516da20','1f88a0928d1b341c',1,'{"cause":"Provisioned","from":"PROVISIONING_DATABASE","to":"SENDING_DATABASE","us":11717}');
INSERT INTO "audit" VALUES(14,1795548669128,'transition','9a481fec9c449c5db8719a02a516da20','1f88a0928d1b341c',1,'{"cause":"DatabaseSent","from":"SENDING_DATABASE","to":"AWAITING_ACKNOWLEDGEMENT","us":969}');
INSERT INTO "audit" VALUES(15,1795548669129,'decided','9a481fec9c449c5db8719a02a516da20','1f88a0928d1b341c',1,'{"tallyId":"bciqmj5iqz2xpudgmoageu5kba6keaeq45maqq2pzbnpvt64ojba6gtq"}');
INSERT INTO "audit" VALUES(16,1795548669130,'transition','9a481fec9c449c5db8719a02a516da20','1f88a0928d1b341c',1,'{"cause":"Acknowledged","from":"AWAITING_ACKNOWLEDGEMENT","to":"DONE","us":2019}');
INSERT INTO "audit" VALUES(17,1795548669130,'ended','9a481fec9c449c5db8719a02a516da20','1f88a0928d1b341c',1,'{"outcome":"done"}');
INSERT INTO "audit" VALUES(18,1795548669251,'opened','841f635dc92c2d2a2623b08dc47c94b2','73926ec72b79622f',1,'{"peer":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","role":"stock","side":"dialer"}');
INSERT INTO "audit" VALUES(19,1795548669289,'transition','841f635dc92c2d2a2623b08dc47c94b2','73926ec72b79622f',1,'{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":60263}');
INSERT INTO "audit" VALUES(20,1795548669295,'transition','841f635dc92c2d2a2623b08dc47c94b2','73926ec72b79622f',1,'{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":5516}');
INSERT INTO "audit" VALUES(21,1795548669403,'transition','841f635dc92c2d2a2623b08dc47c94b2','73926ec72b79622f',1,'{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":108731}');
INSERT INTO "audit" VALUES(22,1795548669407,'decided','841f635dc92c2d2a2623b08dc47c94b2','73926ec72b79622f',1,'{"tallyId":"bciqjrck2q6g24e4l24gby5cyuew4nsta5eopl7h7lbnasczdcpy5ely"}');
INSERT INTO "audit" VALUES(23,1795548669411,'transition','841f635dc92c2d2a2623b08dc47c94b2','73926ec72b79622f',1,'{"cause":"StockAccepted","from":"VALIDATING_RESPONSE","to":"DONE","us":7505}');
INSERT INTO "audit" VALUES(24,1795548669411,'ended','841f635dc92c2d2a2623b08dc47c94b2','73926ec72b79622f',1,'{"outcome":"done"}');
INSERT INTO "audit" VALUES(25,1795548669625,'opened','a76679ad81096721f15febf16d15a409','60c4de6a451e656e',1,'{"peer":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","role":"foil","side":"dialer"}');
INSERT INTO "audit" VALUES(26,1795548669629,'transition','a76679ad81096721f15febf16d15a409','60c4de6a451e656e',1,'{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":4271}');
INSERT INTO "audit" VALUES(27,1795548669629,'transition','a76679ad81096721f15febf16d15a409','60c4de6a451e656e',1,'{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":397}');
INSERT INTO "audit" VALUES(28,1795548669630,'refused','a76679ad81096721f15febf16d15a409','60c4de6a451e656e',1,'{"code":"token_revoked","reason":"Invalid token"}');
INSERT INTO "audit" VALUES(29,1795548669630,'transition','a76679ad81096721f15febf16d15a409','60c4de6a451e656e',1,'{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"REJECTED","us":676}');
INSERT INTO "audit" VALUES(30,1795548669630,'ended','a76679ad81096721f15febf16d15a409','60c4de6a451e656e',1,'{"code":"token_revoked","outcome":"rejected"}');
INSERT INTO "audit" VALUES(31,1795548669703,'opened','1ab1a1c4b4ecaa7644419021b236b21a','bf571def1d3c593b',1,'{"peer":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","role":"foil","side":"dialer"}');
INSERT INTO "audit" VALUES(32,1795548669714,'transition','1ab1a1c4b4ecaa7644419021b236b21a','bf571def1d3c593b',1,'{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":10960}');
INSERT INTO "audit" VALUES(33,1795548669714,'transition','1ab1a1c4b4ecaa7644419021b236b21a','bf571def1d3c593b',1,'{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":415}');
INSERT INTO "audit" VALUES(34,1795548669716,'transition','1ab1a1c4b4ecaa7644419021b236b21a','bf571def1d3c593b',1,'{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":2084}');
INSERT INTO "audit" VALUES(35,1795548669716,'transition','1ab1a1c4b4ecaa7644419021b236b21a','bf571def1d3c593b',1,'{"cause":"FoilAccepted","from":"VALIDATING_RESPONSE","to":"PROVISIONING_DATABASE","us":95}');
INSERT INTO "audit" VALUES(36,1795548669847,'opened','06f42f9a66df88d91ed3c424f7588afc','7ee338f8d0d7e21f',1,'{"peer":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","role":"stock","side":"dialer"}');
INSERT INTO "audit" VALUES(37,1795548669999,'opened','b80fe4782287bf1b08becb6ed162632e','b01b95aac55add72',1,'{"peer":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","role":"stock","side":"dialer"}');
CREATE TABLE counters (          -- values that only rise
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "counters" VALUES('epoch',7);
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
INSERT INTO "instances" VALUES(1,X'63422AAF5F83AB1A2262647CBAE9D0C7D093DBEE413A70E865B341B2EF638914','dialer',X'700D8C28D4506F2F474121156B14047D872B691EAA874AAB0270B858AC739547',2,'bciqmj5iqz2xpudgmoageu5kba6keaeq45maqq2pzbnpvt64ojba6gtq','{"tally":{"version":1,"createdAt":"2026-11-24T19:31:09.115Z","nonce":"G5TeKSoxus1Suo-hhN8tSA","stock":{"partyId":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","publicKey":"CAESILfgb5sjStutCotY3yRVVUSpgpRgA0j7m516iY-bV_l-"},"foil":{"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","publicKey":"CAESIMOdB91zMSBkebNSzBdpIFP7ZtLKMCxA6hEKj1re2eMh"}},"signer":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","signature":"pZCmqLtTEU81vrTjJPMAHYk3ialk6eT_O1k5x463evKnjxXAlYRSUKpYwF9_NlvGlLpBBZwed2tZFr-Nmad0Cg"}','adopted',1795548669115);
INSERT INTO "instances" VALUES(2,X'BD8E2B80470B2F39E2D1CC9173F929549E5C995FFE032B471A3603942BB43C94','dialer',X'CF81376E70807711B823AE37B6ECF26384AA46BAD233EBF7709C53A97DEA2508',5,'bciqkecntdeexq7ysaymx5cngslnq77kwrgdqh7rmhbmi4zsqobnefzi','{"tally":{"version":1,"createdAt":"2026-11-24T19:31:09.716Z","nonce":"qZlh7JIWAwb3VTzEF1iNBQ","stock":{"partyId":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","publicKey":"CAESILfgb5sjStutCotY3yRVVUSpgpRgA0j7m516iY-bV_l-"},"foil":{"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","publicKey":"CAESIMOdB91zMSBkebNSzBdpIFP7ZtLKMCxA6hEKj1re2eMh"}},"signer":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","signature":"zg811cdc3a_GullHDY9CvqNbuDxHWRG8I8GACta1rrK6l23WUHvG1BkzTHwzKnIEi1TBc9lhd-sT5CfwXRjwCw"}','made',1795548669716);
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
CREATE TABLE nodes (
    peer      TEXT PRIMARY KEY,
    addresses TEXT NOT NULL,                       -- JSON array
    seen      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE peer_uses (         -- only of invitations that limit them
    token    BLOB NOT NULL REFERENCES invitations (token),
    peer     TEXT NOT NULL,
    spent    INTEGER NOT NULL DEFAULT 0 CHECK (spent >= 0),
    reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    PRIMARY KEY (token, peer)
) STRICT, WITHOUT ROWID;
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
INSERT INTO "sessions" VALUES(1,'a0ba4a7267c8d7d47db9633fa77dae3c','dialer','stock',X'4611CDE6AC9690AE6A8C9B02B7B5CB6881C8F8F6268C972AAFE660B90E125082',X'BDEEDD9F3A17E5C19E47AE9FC086C21734ECEA4790445A77BB042EAF9B65B4B9','12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','DONE',1,1795548668897,NULL,1795548668991,NULL,'{"approved":true,"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW"],"provisionResult":{"tally":{"tallyId":"bciqcphbqzkycwgsicjywzhmyarpchsxpo7dk7p66e2wxq7kcubldaxy","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"taleus-sqlite:bciqcphbqzkycwgsicjywzhmyarpchsxpo7dk7p66e2wxq7kcubldaxy","credentialsRef":"file"},"draft":{"tally":{"version":1,"createdAt":"2026-11-24T19:31:08.967Z","nonce":"O2q4dO8LbK3vxAowycQfiA","stock":{"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","publicKey":"CAESIMOdB91zMSBkebNSzBdpIFP7ZtLKMCxA6hEKj1re2eMh"},"foil":{"partyId":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","publicKey":"CAESILfgb5sjStutCotY3yRVVUSpgpRgA0j7m516iY-bV_l-"}},"signer":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","signature":"-J_LGypXeFPutidutFCmHdk664m-TE6OqAG5LZWWTfEqovl5CKYmOIre19w1sZvpPtRlS0HpaRX-BxSjNGw2BA"}},"sessionId":"d51e5f7a2028c36a3ca1d6408b4b3b9c"}','','bciqcphbqzkycwgsicjywzhmyarpchsxpo7dk7p66e2wxq7kcubldaxy',1,'[]',0,1);
INSERT INTO "sessions" VALUES(2,'9a481fec9c449c5db8719a02a516da20','dialer','foil',X'700D8C28D4506F2F474121156B14047D872B691EAA874AAB0270B858AC739547',X'1F88A0928D1B341C6E80072F7C0F33674D0AEC1ADF660EF654516E3D148F179F','12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','DONE',2,1795548669097,NULL,1795548669123,NULL,'{"approved":true,"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW"],"sessionId":"f44461f12484dcc2d26f53c53c9a2868","expiresInMs":43199992}','{"accepted":true,"tallyId":"bciqmj5iqz2xpudgmoageu5kba6keaeq45maqq2pzbnpvt64ojba6gtq","draft":"verified"}','bciqmj5iqz2xpudgmoageu5kba6keaeq45maqq2pzbnpvt64ojba6gtq',1,'[]',0,1);
INSERT INTO "sessions" VALUES(3,'841f635dc92c2d2a2623b08dc47c94b2','dialer','stock',X'167BE25E33560946848328DFD81AFE667C83D7F2EED3C4448216F52B09B8744C',X'73926EC72B79622F67509225CB52E62C586514D93EA6BBEDE27D4C4718D54D6E','12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','DONE',3,1795548669229,NULL,1795548669407,NULL,'{"approved":true,"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW"],"provisionResult":{"tally":{"tallyId":"bciqjrck2q6g24e4l24gby5cyuew4nsta5eopl7h7lbnasczdcpy5ely","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"taleus-sqlite:bciqjrck2q6g24e4l24gby5cyuew4nsta5eopl7h7lbnasczdcpy5ely","credentialsRef":"file"},"draft":{"tally":{"version":1,"createdAt":"2026-11-24T19:31:09.309Z","nonce":"FkvkDWJH32mMNkA0ALXVeQ","stock":{"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","publicKey":"CAESIMOdB91zMSBkebNSzBdpIFP7ZtLKMCxA6hEKj1re2eMh"},"foil":{"partyId":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","publicKey":"CAESILfgb5sjStutCotY3yRVVUSpgpRgA0j7m516iY-bV_l-"}},"signer":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","signature":"-Nj-qhzGNwj8u2WGcQXq_mCLa_FWCdtIxF6jKTlGhtEA2J7kHjLywOd30AGSIvVe3ADd1H033vYqajyRQmzFCg"}},"sessionId":"0a46a41ab3d5f13e9cd1333afd459728"}','','bciqjrck2q6g24e4l24gby5cyuew4nsta5eopl7h7lbnasczdcpy5ely',1,'[]',0,1);
INSERT INTO "sessions" VALUES(4,'a76679ad81096721f15febf16d15a409','dialer','foil',X'79B7008FDD545281207BB4E660A0631DCE849ACD5C7ECC1469587C3F5C5B53ED',X'60C4DE6A451E656E9187000C2FFB7C8108BD35C45FA00F30F9CC360A388ED829','12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','REJECTED',4,1795548669625,NULL,1795548669630,'token_revoked','{"approved":false,"reason":"Invalid token","code":"token_revoked"}','','',0,'[]',0,0);
INSERT INTO "sessions" VALUES(5,'1ab1a1c4b4ecaa7644419021b236b21a','dialer','foil',X'CF81376E70807711B823AE37B6ECF26384AA46BAD233EBF7709C53A97DEA2508',X'BF571DEF1D3C593B4C22E28EB883CD1EC39EAE3B52ED3A451B9B471170D1823D','12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','PROVISIONING_DATABASE',5,1795548669703,NULL,NULL,NULL,'','','',0,'[]',0,1);
INSERT INTO "sessions" VALUES(6,'06f42f9a66df88d91ed3c424f7588afc','dialer','stock',X'1B5D050A7EB775B8045A3EE4FBEE244AD7B420BD960C416685A6CE744AA0A7E9',X'7EE338F8D0D7E21F9614EA93AE65BEBAFFED34B83727CA09BFF0257511DE895C','12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','CONNECTING',6,1795548669837,NULL,NULL,NULL,'','','',0,'[]',0,1);
INSERT INTO "sessions" VALUES(7,'b80fe4782287bf1b08becb6ed162632e','dialer','stock',X'72262D3748F57B39DC9661ADDAA8823F89C2EF55260C5289118BCF064978BEB6',X'B01B95AAC55ADD721AFD2F27A26CCD4E5DAB3BB9BC22EE793D00C771129712E8','12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','CONNECTING',7,1795548669999,NULL,NULL,NULL,'','','',0,'[]',0,1);
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
INSERT INTO "tallies" VALUES(1,'bciqcphbqzkycwgsicjywzhmyarpchsxpo7dk7p66e2wxq7kcubldaxy','dialer','stock',X'4611CDE6AC9690AE6A8C9B02B7B5CB6881C8F8F6268C972AAFE660B90E125082',X'BDEEDD9F3A17E5C19E47AE9FC086C21734ECEA4790445A77BB042EAF9B65B4B9','12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW"]','stock','taleus-sqlite:bciqcphbqzkycwgsicjywzhmyarpchsxpo7dk7p66e2wxq7kcubldaxy','file','{"tally":{"version":1,"createdAt":"2026-11-24T19:31:08.967Z","nonce":"O2q4dO8LbK3vxAowycQfiA","stock":{"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","publicKey":"CAESIMOdB91zMSBkebNSzBdpIFP7ZtLKMCxA6hEKj1re2eMh"},"foil":{"partyId":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","publicKey":"CAESILfgb5sjStutCotY3yRVVUSpgpRgA0j7m516iY-bV_l-"}},"signer":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","signature":"-J_LGypXeFPutidutFCmHdk664m-TE6OqAG5LZWWTfEqovl5CKYmOIre19w1sZvpPtRlS0HpaRX-BxSjNGw2BA"}',1,0,1,1795548668991);
INSERT INTO "tallies" VALUES(2,'bciqmj5iqz2xpudgmoageu5kba6keaeq45maqq2pzbnpvt64ojba6gtq','dialer','foil',X'700D8C28D4506F2F474121156B14047D872B691EAA874AAB0270B858AC739547',X'1F88A0928D1B341C6E80072F7C0F33674D0AEC1ADF660EF654516E3D148F179F','12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW"]','foil','taleus-sqlite:bciqmj5iqz2xpudgmoageu5kba6keaeq45maqq2pzbnpvt64ojba6gtq','file','{"tally":{"version":1,"createdAt":"2026-11-24T19:31:09.115Z","nonce":"G5TeKSoxus1Suo-hhN8tSA","stock":{"partyId":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","publicKey":"CAESILfgb5sjStutCotY3yRVVUSpgpRgA0j7m516iY-bV_l-"},"foil":{"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","publicKey":"CAESIMOdB91zMSBkebNSzBdpIFP7ZtLKMCxA6hEKj1re2eMh"}},"signer":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","signature":"pZCmqLtTEU81vrTjJPMAHYk3ialk6eT_O1k5x463evKnjxXAlYRSUKpYwF9_NlvGlLpBBZwed2tZFr-Nmad0Cg"}',1,1,1,1795548669123);
INSERT INTO "tallies" VALUES(3,'bciqjrck2q6g24e4l24gby5cyuew4nsta5eopl7h7lbnasczdcpy5ely','dialer','stock',X'167BE25E33560946848328DFD81AFE667C83D7F2EED3C4448216F52B09B8744C',X'73926EC72B79622F67509225CB52E62C586514D93EA6BBEDE27D4C4718D54D6E','12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW','12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR','12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW"]','stock','taleus-sqlite:bciqjrck2q6g24e4l24gby5cyuew4nsta5eopl7h7lbnasczdcpy5ely','file','{"tally":{"version":1,"createdAt":"2026-11-24T19:31:09.309Z","nonce":"FkvkDWJH32mMNkA0ALXVeQ","stock":{"partyId":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","publicKey":"CAESIMOdB91zMSBkebNSzBdpIFP7ZtLKMCxA6hEKj1re2eMh"},"foil":{"partyId":"12D3KooWNC9GbsKa5oD1dSTqqrDzKRk6vVpY8VUtoUmmXPZjANzR","publicKey":"CAESILfgb5sjStutCotY3yRVVUSpgpRgA0j7m516iY-bV_l-"}},"signer":"12D3KooWNyxYmt7oNzpBBcoirTRnKGiaeUdaNSDmXitX83pcm6qW","signature":"-Nj-qhzGNwj8u2WGcQXq_mCLa_FWCdtIxF6jKTlGhtEA2J7kHjLywOd30AGSIvVe3ADd1H033vYqajyRQmzFCg"}',1,0,1,1795548669407);
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
INSERT INTO "transitions" VALUES(1,1,1795548668951,'CONNECTING','SENDING_CONTACT','Connected',54720);
INSERT INTO "transitions" VALUES(1,2,1795548668955,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',3151);
INSERT INTO "transitions" VALUES(1,3,1795548668991,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',36101);
INSERT INTO "transitions" VALUES(1,4,1795548668995,'VALIDATING_RESPONSE','DONE','StockAccepted',3907);
INSERT INTO "transitions" VALUES(2,1,1795548669107,'CONNECTING','SENDING_CONTACT','Connected',10255);
INSERT INTO "transitions" VALUES(2,2,1795548669111,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',4403);
INSERT INTO "transitions" VALUES(2,3,1795548669115,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',3505);
INSERT INTO "transitions" VALUES(2,4,1795548669115,'VALIDATING_RESPONSE','PROVISIONING_DATABASE','FoilAccepted',92);
INSERT INTO "transitions" VALUES(2,5,1795548669127,'PROVISIONING_DATABASE','SENDING_DATABASE','Provisioned',11717);
INSERT INTO "transitions" VALUES(2,6,1795548669128,'SENDING_DATABASE','AWAITING_ACKNOWLEDGEMENT','DatabaseSent',969);
INSERT INTO "transitions" VALUES(2,7,1795548669130,'AWAITING_ACKNOWLEDGEMENT','DONE','Acknowledged',2019);
INSERT INTO "transitions" VALUES(3,1,1795548669289,'CONNECTING','SENDING_CONTACT','Connected',60263);
INSERT INTO "transitions" VALUES(3,2,1795548669295,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',5516);
INSERT INTO "transitions" VALUES(3,3,1795548669403,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',108731);
INSERT INTO "transitions" VALUES(3,4,1795548669411,'VALIDATING_RESPONSE','DONE','StockAccepted',7505);
INSERT INTO "transitions" VALUES(4,1,1795548669629,'CONNECTING','SENDING_CONTACT','Connected',4271);
INSERT INTO "transitions" VALUES(4,2,1795548669629,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',397);
INSERT INTO "transitions" VALUES(4,3,1795548669630,'AWAITING_RESPONSE','REJECTED','ResponseRead',676);
INSERT INTO "transitions" VALUES(5,1,1795548669714,'CONNECTING','SENDING_CONTACT','Connected',10960);
INSERT INTO "transitions" VALUES(5,2,1795548669714,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',415);
INSERT INTO "transitions" VALUES(5,3,1795548669716,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',2084);
INSERT INTO "transitions" VALUES(5,4,1795548669716,'VALIDATING_RESPONSE','PROVISIONING_DATABASE','FoilAccepted',95);
CREATE UNIQUE INDEX sessions_of_key ON sessions (key, side) WHERE holds_key = 1;
CREATE INDEX sessions_live ON sessions (side, peer) WHERE ended IS NULL;
CREATE INDEX tallies_of_id ON tallies (tally_id);
CREATE INDEX instances_unadopted ON instances (since) WHERE state <> 'adopted';
CREATE INDEX audit_of_session ON audit (session_id) WHERE session_id <> '';
COMMIT;
