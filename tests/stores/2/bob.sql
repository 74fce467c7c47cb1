PRAGMA application_id=1413565523;
PRAGMA user_version=2;
BEGIN TRANSACTION;
CREATE TABLE "audit" (    -- append only
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
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',0,1795945096463,'opened','962ddaf2a71db2743964d9dd50679286','f43708b0a21af7e4',1,'{"peer":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","role":"stock","side":"dialer"}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',1,1795945096473,'transition','962ddaf2a71db2743964d9dd50679286','f43708b0a21af7e4',1,'{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":11058}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',2,1795945096475,'transition','962ddaf2a71db2743964d9dd50679286','f43708b0a21af7e4',1,'{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":2013}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',3,1795945096485,'transition','962ddaf2a71db2743964d9dd50679286','f43708b0a21af7e4',1,'{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":10749}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',4,1795945096486,'decided','962ddaf2a71db2743964d9dd50679286','f43708b0a21af7e4',1,'{"tallyId":"bciqdfp7q2vgnqftoisoarexnt6zulkzkc2uxuhnfagnwzian2yh5yly"}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',5,1795945096486,'transition','962ddaf2a71db2743964d9dd50679286','f43708b0a21af7e4',1,'{"cause":"StockAccepted","from":"VALIDATING_RESPONSE","to":"DONE","us":199}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',6,1795945096486,'ended','962ddaf2a71db2743964d9dd50679286','f43708b0a21af7e4',1,'{"outcome":"done"}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',7,1795945096598,'opened','cbfdca19125833304a0ec8fae6423560','9af88bb6618f01f3',1,'{"peer":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","role":"foil","side":"dialer"}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',8,1795945096624,'transition','cbfdca19125833304a0ec8fae6423560','9af88bb6618f01f3',1,'{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":27109}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',9,1795945096625,'transition','cbfdca19125833304a0ec8fae6423560','9af88bb6618f01f3',1,'{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":903}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',10,1795945096627,'transition','cbfdca19125833304a0ec8fae6423560','9af88bb6618f01f3',1,'{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":1469}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',11,1795945096627,'transition','cbfdca19125833304a0ec8fae6423560','9af88bb6618f01f3',1,'{"cause":"FoilAccepted","from":"VALIDATING_RESPONSE","to":"PROVISIONING_DATABASE","us":34}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',12,1795945096639,'hook','cbfdca19125833304a0ec8fae6423560','9af88bb6618f01f3',1,'{"hook":"provisioner","outcome":"made"}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',13,1795945096672,'transition','cbfdca19125833304a0ec8fae6423560','9af88bb6618f01f3',1,'{"cause":"Provisioned","from":"PROVISIONING_DATABASE","to":"SENDING_DATABASE","us":45016}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',14,1795945096677,'transition','cbfdca19125833304a0ec8fae6423560','9af88bb6618f01f3',1,'{"cause":"DatabaseSent","from":"SENDING_DATABASE","to":"AWAITING_ACKNOWLEDGEMENT","us":5047}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',15,1795945096678,'decided','cbfdca19125833304a0ec8fae6423560','9af88bb6618f01f3',1,'{"tallyId":"bciqdqhi6ov6o2oopwwe2k4ri4hvncz3mvdwg5pwgjnzv33pgff5s3ja"}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',16,1795945096678,'transition','cbfdca19125833304a0ec8fae6423560','9af88bb6618f01f3',1,'{"cause":"Acknowledged","from":"AWAITING_ACKNOWLEDGEMENT","to":"DONE","us":1624}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',17,1795945096678,'ended','cbfdca19125833304a0ec8fae6423560','9af88bb6618f01f3',1,'{"outcome":"done"}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',18,1795945096786,'opened','8c71e4fb0fea826b315e8c58d416596c','bab189398603fb78',1,'{"peer":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","role":"stock","side":"dialer"}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',19,1795945096791,'transition','8c71e4fb0fea826b315e8c58d416596c','bab189398603fb78',1,'{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":7678}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',20,1795945096797,'transition','8c71e4fb0fea826b315e8c58d416596c','bab189398603fb78',1,'{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":5804}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',21,1795945096809,'transition','8c71e4fb0fea826b315e8c58d416596c','bab189398603fb78',1,'{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":12322}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',22,1795945096810,'decided','8c71e4fb0fea826b315e8c58d416596c','bab189398603fb78',1,'{"tallyId":"bciqlb4i2onotoz6q3xihmoj3hddm2pugjg5z5fahevveuiz4czpc54q"}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',23,1795945096810,'transition','8c71e4fb0fea826b315e8c58d416596c','bab189398603fb78',1,'{"cause":"StockAccepted","from":"VALIDATING_RESPONSE","to":"DONE","us":521}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',24,1795945096810,'ended','8c71e4fb0fea826b315e8c58d416596c','bab189398603fb78',1,'{"outcome":"done"}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',25,1795945096933,'opened','26ca5647a0cf756ffbe2b85132f6a31f','521464214ce93b06',1,'{"peer":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","role":"foil","side":"dialer"}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',26,1795945096937,'transition','26ca5647a0cf756ffbe2b85132f6a31f','521464214ce93b06',1,'{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":3994}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',27,1795945096938,'transition','26ca5647a0cf756ffbe2b85132f6a31f','521464214ce93b06',1,'{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":708}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',28,1795945096938,'refused','26ca5647a0cf756ffbe2b85132f6a31f','521464214ce93b06',1,'{"code":"token_revoked","reason":"Invalid token"}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',29,1795945096938,'transition','26ca5647a0cf756ffbe2b85132f6a31f','521464214ce93b06',1,'{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"REJECTED","us":91}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',30,1795945096938,'ended','26ca5647a0cf756ffbe2b85132f6a31f','521464214ce93b06',1,'{"code":"token_revoked","outcome":"rejected"}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',31,1795945097113,'opened','20faae8d4d4a9f5e120c20ab8e0dd24d','b6ab11df2ee11137',1,'{"peer":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","role":"foil","side":"dialer"}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',32,1795945097125,'transition','20faae8d4d4a9f5e120c20ab8e0dd24d','b6ab11df2ee11137',1,'{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":11350}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',33,1795945097126,'transition','20faae8d4d4a9f5e120c20ab8e0dd24d','b6ab11df2ee11137',1,'{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":928}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',34,1795945097128,'transition','20faae8d4d4a9f5e120c20ab8e0dd24d','b6ab11df2ee11137',1,'{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":2585}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',35,1795945097128,'transition','20faae8d4d4a9f5e120c20ab8e0dd24d','b6ab11df2ee11137',1,'{"cause":"FoilAccepted","from":"VALIDATING_RESPONSE","to":"PROVISIONING_DATABASE","us":17}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',36,1795945097209,'opened','93a6e1268875a3d947b47dbfdacd6c0c','bba82e19ff5af691',1,'{"peer":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","role":"stock","side":"dialer"}');
INSERT INTO "audit" VALUES('12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',37,1795945097275,'opened','6a7d5f03af015906fa4b674a929b2783','1771d0cc98f4e177',1,'{"peer":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","role":"stock","side":"dialer"}');
CREATE TABLE counters (          -- values that only rise
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
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
INSERT INTO "instances" VALUES(1,X'D0CDA7BB606284320D433E0F57AD6F322EA35897A93ADF3BB9A727F54C946454','dialer',X'E6F7E407A950D61E47854B699B15F68B3553BDA11CE96848B0DFA3C46D53410A',2,'bciqdqhi6ov6o2oopwwe2k4ri4hvncz3mvdwg5pwgjnzv33pgff5s3ja','{"tally":{"version":1,"createdAt":"2026-11-29T09:38:16.627Z","nonce":"L1zUzko-5zVe8dJfJXozhg","stock":{"partyId":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","publicKey":"CAESINnvYu1niDHl9q6j5QRPsTRUGGLUtSgUGCnsaSRo4jGw"},"foil":{"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","publicKey":"CAESIKQjlkqXEHOa68FmSWS-PK6BjFmaVlcoXazrnRA4KyjQ"}},"signer":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","signature":"IYFrWLvvNrDgLLD2tbC0De9koHVWlTaWVcTUtN2xQoXs9Y5gsm247b6qts7p2-m-exXhRQchZ8Rfu_H2Qcy2AQ"}','adopted',1795945096627,'8MfwzmCa0rP59O65qLjBfRFUtbr7dDChVLdmjfgnmTop_QIZD0hqLqndz5iDInUzYcTIZmI881WcpkKid0zOvzTB48i2WKKplAzLNFzLWs0LomM');
INSERT INTO "instances" VALUES(2,X'F982DCB2783A0326A8947EA247F824BC05936576A4D5C13A362BCCFF51103CEB','dialer',X'CBEA65BFEF5B3F08AF270ACA495399BDA49D8260FDD80ACAA6E3142351A37206',5,'bciqpj7k5xjc7jdvxo7eku2mx5j4qzwwz4w5vhxmehosip2xsuwgzkqi','{"tally":{"version":1,"createdAt":"2026-11-29T09:38:17.128Z","nonce":"c2qHd5goKys_qPnMWZG3zg","stock":{"partyId":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","publicKey":"CAESINnvYu1niDHl9q6j5QRPsTRUGGLUtSgUGCnsaSRo4jGw"},"foil":{"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","publicKey":"CAESIKQjlkqXEHOa68FmSWS-PK6BjFmaVlcoXazrnRA4KyjQ"}},"signer":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","signature":"GEsqXeLIowXzdS6kpwP1rsqNjscqx_TPRZzAZrw9rRR9pJNYg6rntXbOOy0XV3i2Ss61KEH_Y6_7joirhaoDAQ"}','made',1795945097128,'thN6vBFTQCNxSFk2Ye7_m1clrDxURz9wKnTZOC8aiimiK95l6lQEsedvi3_8-nQXn2G37lgpZfIrD47fRajYid0-WzXbxgXjWhHsN-Q62vB1EIs');
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
INSERT INTO "sessions" VALUES(1,'962ddaf2a71db2743964d9dd50679286','dialer','stock',X'6C72698833F000BB7EF8948B807C95FFFA52A1EDB84FD24F89D131B25705B98B',X'F43708B0A21AF7E458CA6B8BABD10C60F586DC01A0FA696A504E667DB72B40BE','12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','DONE',1,1795945096462,NULL,1795945096486,NULL,'{"approved":true,"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD"],"provisionResult":{"tally":{"tallyId":"bciqdfp7q2vgnqftoisoarexnt6zulkzkc2uxuhnfagnwzian2yh5yly","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"taleus-sqlite:bciqdfp7q2vgnqftoisoarexnt6zulkzkc2uxuhnfagnwzian2yh5yly","credentialsRef":"file"},"draft":{"tally":{"version":1,"createdAt":"2026-11-29T09:38:16.477Z","nonce":"2slhgf0UgW1B5kPBrzDkHg","stock":{"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","publicKey":"CAESIKQjlkqXEHOa68FmSWS-PK6BjFmaVlcoXazrnRA4KyjQ"},"foil":{"partyId":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","publicKey":"CAESINnvYu1niDHl9q6j5QRPsTRUGGLUtSgUGCnsaSRo4jGw"}},"signer":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","signature":"sByDLjK57M52rx_C4kePZ-VXEvuABxffgruvevpQZq6a76lj9eXYMK6kTCouN0Kvo2mgRMkv0_MxUX8rgFXhAA"}},"sessionId":"88cb9b3502d7e9863e37d84e99e2a7e7"}','','bciqdfp7q2vgnqftoisoarexnt6zulkzkc2uxuhnfagnwzian2yh5yly',1,'[]',0,1,'12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR');
INSERT INTO "sessions" VALUES(2,'cbfdca19125833304a0ec8fae6423560','dialer','foil',X'E6F7E407A950D61E47854B699B15F68B3553BDA11CE96848B0DFA3C46D53410A',X'9AF88BB6618F01F3C4BFBBEDE74FEAE7B289F372275C3C8DE52A18B818AC7FE0','12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','DONE',1,1795945096597,NULL,1795945096678,NULL,'{"approved":true,"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD"],"sessionId":"ad4e0eb6ac9cfb79b0548b08903891f8","expiresInMs":43199998}','{"accepted":true,"tallyId":"bciqdqhi6ov6o2oopwwe2k4ri4hvncz3mvdwg5pwgjnzv33pgff5s3ja","draft":"verified"}','bciqdqhi6ov6o2oopwwe2k4ri4hvncz3mvdwg5pwgjnzv33pgff5s3ja',1,'[]',0,1,'12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR');
INSERT INTO "sessions" VALUES(3,'8c71e4fb0fea826b315e8c58d416596c','dialer','stock',X'57D172501B1201919A6934F4809465607F3161446DFAAA273CFB269CAF2F4158',X'BAB189398603FB78C56ECE6D8B882252C225740842344355D9E709EDEEFD09E1','12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','DONE',1,1795945096784,NULL,1795945096810,NULL,'{"approved":true,"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD"],"provisionResult":{"tally":{"tallyId":"bciqlb4i2onotoz6q3xihmoj3hddm2pugjg5z5fahevveuiz4czpc54q","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"taleus-sqlite:bciqlb4i2onotoz6q3xihmoj3hddm2pugjg5z5fahevveuiz4czpc54q","credentialsRef":"file"},"draft":{"tally":{"version":1,"createdAt":"2026-11-29T09:38:16.792Z","nonce":"9ZMiA1CUC-UogeWbVGh3WA","stock":{"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","publicKey":"CAESIKQjlkqXEHOa68FmSWS-PK6BjFmaVlcoXazrnRA4KyjQ"},"foil":{"partyId":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","publicKey":"CAESINnvYu1niDHl9q6j5QRPsTRUGGLUtSgUGCnsaSRo4jGw"}},"signer":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","signature":"8gIC-ttUNufC_FT_j9dafl4OylLNRM-kQ9b2Z1iww04A_eQvwGln91rI_jocIfDe0DGRBcXKBCblpBFN64HuCA"}},"sessionId":"d9798c37a548299745c75fd763d58305"}','','bciqlb4i2onotoz6q3xihmoj3hddm2pugjg5z5fahevveuiz4czpc54q',1,'[]',0,1,'12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR');
INSERT INTO "sessions" VALUES(4,'26ca5647a0cf756ffbe2b85132f6a31f','dialer','foil',X'CBA12F3A694CEDAA2E635E1C357C049346C7D96E0D59BFCFDE2DD758468E2BC2',X'521464214CE93B0666611E40B83825587F4BDC5518D1872E0BCCAC9E08EA9B7F','12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','REJECTED',1,1795945096933,NULL,1795945096938,'token_revoked','{"approved":false,"reason":"Invalid token","code":"token_revoked"}','','',0,'[]',0,0,'12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR');
INSERT INTO "sessions" VALUES(5,'20faae8d4d4a9f5e120c20ab8e0dd24d','dialer','foil',X'CBEA65BFEF5B3F08AF270ACA495399BDA49D8260FDD80ACAA6E3142351A37206',X'B6AB11DF2EE11137F73A3ECBAD630C30837280E2660A340908433A6E2608C73D','12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','PROVISIONING_DATABASE',1,1795945097113,NULL,NULL,NULL,'','','',0,'[]',0,1,'12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR');
INSERT INTO "sessions" VALUES(6,'93a6e1268875a3d947b47dbfdacd6c0c','dialer','stock',X'E895CB726A00AA881D7F9BDB06F5F308B785301C4AC96050AF4D727121F1C683',X'BBA82E19FF5AF691CC5BEACAE4A760F00116A6621C456AB81EFB6430ED446A69','12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','CONNECTING',1,1795945097208,NULL,NULL,NULL,'','','',0,'[]',0,1,'12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR');
INSERT INTO "sessions" VALUES(7,'6a7d5f03af015906fa4b674a929b2783','dialer','stock',X'278ADD046E20A61B8A57B0B69EBB7007E3A0D66994A6C5DCB95F3E634FCDDEE3',X'1771D0CC98F4E1775934B4FA06FD05E23579C70784E3F7AE0B88AA554EAE5611','12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','CONNECTING',1,1795945097275,NULL,NULL,NULL,'','','',0,'[]',0,1,'12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR');
CREATE TABLE store_key (         -- one row, drawn at the first start
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;
INSERT INTO "store_key" VALUES(1,X'E4D09DBC6D457D5E79D90DDB5E5F93812E3CECED27C859198A9E86C5E4051507');
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
INSERT INTO "tallies" VALUES(1,'bciqdfp7q2vgnqftoisoarexnt6zulkzkc2uxuhnfagnwzian2yh5yly','dialer','stock',X'6C72698833F000BB7EF8948B807C95FFFA52A1EDB84FD24F89D131B25705B98B',X'F43708B0A21AF7E458CA6B8BABD10C60F586DC01A0FA696A504E667DB72B40BE','12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD"]','stock','taleus-sqlite:bciqdfp7q2vgnqftoisoarexnt6zulkzkc2uxuhnfagnwzian2yh5yly','file','{"tally":{"version":1,"createdAt":"2026-11-29T09:38:16.477Z","nonce":"2slhgf0UgW1B5kPBrzDkHg","stock":{"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","publicKey":"CAESIKQjlkqXEHOa68FmSWS-PK6BjFmaVlcoXazrnRA4KyjQ"},"foil":{"partyId":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","publicKey":"CAESINnvYu1niDHl9q6j5QRPsTRUGGLUtSgUGCnsaSRo4jGw"}},"signer":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","signature":"sByDLjK57M52rx_C4kePZ-VXEvuABxffgruvevpQZq6a76lj9eXYMK6kTCouN0Kvo2mgRMkv0_MxUX8rgFXhAA"}',1,0,1,1795945096486,'not_tried','','','');
INSERT INTO "tallies" VALUES(2,'bciqdqhi6ov6o2oopwwe2k4ri4hvncz3mvdwg5pwgjnzv33pgff5s3ja','dialer','foil',X'E6F7E407A950D61E47854B699B15F68B3553BDA11CE96848B0DFA3C46D53410A',X'9AF88BB6618F01F3C4BFBBEDE74FEAE7B289F372275C3C8DE52A18B818AC7FE0','12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD"]','foil','taleus-sqlite:bciqdqhi6ov6o2oopwwe2k4ri4hvncz3mvdwg5pwgjnzv33pgff5s3ja','file','{"tally":{"version":1,"createdAt":"2026-11-29T09:38:16.627Z","nonce":"L1zUzko-5zVe8dJfJXozhg","stock":{"partyId":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","publicKey":"CAESINnvYu1niDHl9q6j5QRPsTRUGGLUtSgUGCnsaSRo4jGw"},"foil":{"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","publicKey":"CAESIKQjlkqXEHOa68FmSWS-PK6BjFmaVlcoXazrnRA4KyjQ"}},"signer":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","signature":"IYFrWLvvNrDgLLD2tbC0De9koHVWlTaWVcTUtN2xQoXs9Y5gsm247b6qts7p2-m-exXhRQchZ8Rfu_H2Qcy2AQ"}',1,1,1,1795945096639,'not_tried','','','');
INSERT INTO "tallies" VALUES(3,'bciqlb4i2onotoz6q3xihmoj3hddm2pugjg5z5fahevveuiz4czpc54q','dialer','stock',X'57D172501B1201919A6934F4809465607F3161446DFAAA273CFB269CAF2F4158',X'BAB189398603FB78C56ECE6D8B882252C225740842344355D9E709EDEEFD09E1','12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD"]','stock','taleus-sqlite:bciqlb4i2onotoz6q3xihmoj3hddm2pugjg5z5fahevveuiz4czpc54q','file','{"tally":{"version":1,"createdAt":"2026-11-29T09:38:16.792Z","nonce":"9ZMiA1CUC-UogeWbVGh3WA","stock":{"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","publicKey":"CAESIKQjlkqXEHOa68FmSWS-PK6BjFmaVlcoXazrnRA4KyjQ"},"foil":{"partyId":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","publicKey":"CAESINnvYu1niDHl9q6j5QRPsTRUGGLUtSgUGCnsaSRo4jGw"}},"signer":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","signature":"8gIC-ttUNufC_FT_j9dafl4OylLNRM-kQ9b2Z1iww04A_eQvwGln91rI_jocIfDe0DGRBcXKBCblpBFN64HuCA"}',1,0,1,1795945096810,'not_tried','','','');
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
INSERT INTO "transitions" VALUES(1,1,1795945096473,'CONNECTING','SENDING_CONTACT','Connected',11058);
INSERT INTO "transitions" VALUES(1,2,1795945096475,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',2013);
INSERT INTO "transitions" VALUES(1,3,1795945096485,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',10749);
INSERT INTO "transitions" VALUES(1,4,1795945096486,'VALIDATING_RESPONSE','DONE','StockAccepted',199);
INSERT INTO "transitions" VALUES(2,1,1795945096624,'CONNECTING','SENDING_CONTACT','Connected',27109);
INSERT INTO "transitions" VALUES(2,2,1795945096625,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',903);
INSERT INTO "transitions" VALUES(2,3,1795945096627,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',1469);
INSERT INTO "transitions" VALUES(2,4,1795945096627,'VALIDATING_RESPONSE','PROVISIONING_DATABASE','FoilAccepted',34);
INSERT INTO "transitions" VALUES(2,5,1795945096672,'PROVISIONING_DATABASE','SENDING_DATABASE','Provisioned',45016);
INSERT INTO "transitions" VALUES(2,6,1795945096677,'SENDING_DATABASE','AWAITING_ACKNOWLEDGEMENT','DatabaseSent',5047);
INSERT INTO "transitions" VALUES(2,7,1795945096678,'AWAITING_ACKNOWLEDGEMENT','DONE','Acknowledged',1624);
INSERT INTO "transitions" VALUES(3,1,1795945096791,'CONNECTING','SENDING_CONTACT','Connected',7678);
INSERT INTO "transitions" VALUES(3,2,1795945096797,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',5804);
INSERT INTO "transitions" VALUES(3,3,1795945096809,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',12322);
INSERT INTO "transitions" VALUES(3,4,1795945096810,'VALIDATING_RESPONSE','DONE','StockAccepted',521);
INSERT INTO "transitions" VALUES(4,1,1795945096937,'CONNECTING','SENDING_CONTACT','Connected',3994);
INSERT INTO "transitions" VALUES(4,2,1795945096938,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',708);
INSERT INTO "transitions" VALUES(4,3,1795945096938,'AWAITING_RESPONSE','REJECTED','ResponseRead',91);
INSERT INTO "transitions" VALUES(5,1,1795945097125,'CONNECTING','SENDING_CONTACT','Connected',11350);
INSERT INTO "transitions" VALUES(5,2,1795945097126,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',928);
INSERT INTO "transitions" VALUES(5,3,1795945097128,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',2585);
INSERT INTO "transitions" VALUES(5,4,1795945097128,'VALIDATING_RESPONSE','PROVISIONING_DATABASE','FoilAccepted',17);
CREATE UNIQUE INDEX sessions_of_key ON sessions (key, side) WHERE holds_key = 1;
CREATE INDEX sessions_live ON sessions (side, peer) WHERE ended IS NULL;
CREATE INDEX tallies_of_id ON tallies (tally_id);
CREATE INDEX instances_unadopted ON instances (since) WHERE state <> 'adopted';
CREATE INDEX audit_of_session ON audit (session_id) WHERE session_id <> '';
COMMIT;
