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
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',0,1795945096377,'started','','',1,'{"version":"0.1.0"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',1,1795945096409,'invitation_created','','f43708b0a21af7e4',1,'{"expires":"2026-12-01T09:38:16.409Z","identity":"any","role":"stock","uses":"1"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',2,1795945096476,'opened','88cb9b3502d7e9863e37d84e99e2a7e7','f43708b0a21af7e4',1,'{"address":"/ip4/127.0.0.1/tcp/49172","party":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","peer":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","side":"listener"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',3,1795945096476,'transition','88cb9b3502d7e9863e37d84e99e2a7e7','f43708b0a21af7e4',1,'{"cause":"ContactRead","from":"READING_REQUEST","to":"VALIDATING_TOKEN","us":1485}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',4,1795945096477,'transition','88cb9b3502d7e9863e37d84e99e2a7e7','f43708b0a21af7e4',1,'{"cause":"TokenAccepted","from":"VALIDATING_TOKEN","to":"VALIDATING_IDENTITY","us":875}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',5,1795945096477,'identity','88cb9b3502d7e9863e37d84e99e2a7e7','f43708b0a21af7e4',1,'{"accepted":true,"reason":"","requirement":"any"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',6,1795945096479,'transition','88cb9b3502d7e9863e37d84e99e2a7e7','f43708b0a21af7e4',1,'{"cause":"IdentityAccepted","from":"VALIDATING_IDENTITY","to":"PROVISIONING_DATABASE","us":2570}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',7,1795945096484,'hook','88cb9b3502d7e9863e37d84e99e2a7e7','f43708b0a21af7e4',1,'{"hook":"provisioner","outcome":"made"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',8,1795945096484,'decided','88cb9b3502d7e9863e37d84e99e2a7e7','f43708b0a21af7e4',1,'{"approved":true,"role":"stock","tallyId":"bciqdfp7q2vgnqftoisoarexnt6zulkzkc2uxuhnfagnwzian2yh5yly"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',9,1795945096485,'transition','88cb9b3502d7e9863e37d84e99e2a7e7','f43708b0a21af7e4',1,'{"cause":"TallyRecorded","from":"PROVISIONING_DATABASE","to":"SENDING_RESPONSE","us":5381}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',10,1795945096485,'transition','88cb9b3502d7e9863e37d84e99e2a7e7','f43708b0a21af7e4',1,'{"cause":"ResponseSent","from":"SENDING_RESPONSE","to":"DONE","us":126}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',11,1795945096485,'ended','88cb9b3502d7e9863e37d84e99e2a7e7','f43708b0a21af7e4',1,'{"delivered":true,"outcome":"done"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',12,1795945096531,'invitation_created','','9af88bb6618f01f3',1,'{"expires":"2026-12-01T09:38:16.531Z","identity":"any","role":"foil","uses":"1"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',13,1795945096625,'opened','ad4e0eb6ac9cfb79b0548b08903891f8','9af88bb6618f01f3',1,'{"address":"/ip4/127.0.0.1/tcp/49188","party":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","peer":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","side":"listener"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',14,1795945096625,'transition','ad4e0eb6ac9cfb79b0548b08903891f8','9af88bb6618f01f3',1,'{"cause":"ContactRead","from":"READING_REQUEST","to":"VALIDATING_TOKEN","us":254}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',15,1795945096626,'transition','ad4e0eb6ac9cfb79b0548b08903891f8','9af88bb6618f01f3',1,'{"cause":"TokenAccepted","from":"VALIDATING_TOKEN","to":"VALIDATING_IDENTITY","us":274}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',16,1795945096626,'identity','ad4e0eb6ac9cfb79b0548b08903891f8','9af88bb6618f01f3',1,'{"accepted":true,"reason":"","requirement":"any"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',17,1795945096626,'decided','ad4e0eb6ac9cfb79b0548b08903891f8','9af88bb6618f01f3',1,'{"approved":true,"role":"foil"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',18,1795945096626,'transition','ad4e0eb6ac9cfb79b0548b08903891f8','9af88bb6618f01f3',1,'{"cause":"FoilApproved","from":"VALIDATING_IDENTITY","to":"SENDING_RESPONSE","us":636}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',19,1795945096626,'transition','ad4e0eb6ac9cfb79b0548b08903891f8','9af88bb6618f01f3',1,'{"cause":"ResponseSent","from":"SENDING_RESPONSE","to":"AWAITING_DATABASE","us":44}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',20,1795945096676,'transition','ad4e0eb6ac9cfb79b0548b08903891f8','9af88bb6618f01f3',1,'{"cause":"DatabaseRead","from":"AWAITING_DATABASE","to":"VALIDATING_DATABASE","us":45229}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',21,1795945096676,'draft','ad4e0eb6ac9cfb79b0548b08903891f8','9af88bb6618f01f3',1,'{"reason":"","verified":true}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',22,1795945096676,'decided','ad4e0eb6ac9cfb79b0548b08903891f8','9af88bb6618f01f3',1,'{"accepted":true,"tallyId":"bciqdqhi6ov6o2oopwwe2k4ri4hvncz3mvdwg5pwgjnzv33pgff5s3ja"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',23,1795945096677,'transition','ad4e0eb6ac9cfb79b0548b08903891f8','9af88bb6618f01f3',1,'{"cause":"DatabaseAccepted","from":"VALIDATING_DATABASE","to":"DONE","us":1237}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',24,1795945096677,'ended','ad4e0eb6ac9cfb79b0548b08903891f8','9af88bb6618f01f3',1,'{"delivered":true,"outcome":"done"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',25,1795945096729,'invitation_created','','bab189398603fb78',1,'{"expires":"2026-12-01T09:38:16.729Z","identity":"any","role":"stock","uses":"unlimited"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',26,1795945096792,'opened','d9798c37a548299745c75fd763d58305','bab189398603fb78',1,'{"address":"/ip4/127.0.0.1/tcp/49204","party":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","peer":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","side":"listener"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',27,1795945096792,'transition','d9798c37a548299745c75fd763d58305','bab189398603fb78',1,'{"cause":"ContactRead","from":"READING_REQUEST","to":"VALIDATING_TOKEN","us":134}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',28,1795945096792,'transition','d9798c37a548299745c75fd763d58305','bab189398603fb78',1,'{"cause":"TokenAccepted","from":"VALIDATING_TOKEN","to":"VALIDATING_IDENTITY","us":144}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',29,1795945096792,'identity','d9798c37a548299745c75fd763d58305','bab189398603fb78',1,'{"accepted":true,"reason":"","requirement":"any"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',30,1795945096797,'transition','d9798c37a548299745c75fd763d58305','bab189398603fb78',1,'{"cause":"IdentityAccepted","from":"VALIDATING_IDENTITY","to":"PROVISIONING_DATABASE","us":5387}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',31,1795945096805,'hook','d9798c37a548299745c75fd763d58305','bab189398603fb78',1,'{"hook":"provisioner","outcome":"made"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',32,1795945096805,'decided','d9798c37a548299745c75fd763d58305','bab189398603fb78',1,'{"approved":true,"role":"stock","tallyId":"bciqlb4i2onotoz6q3xihmoj3hddm2pugjg5z5fahevveuiz4czpc54q"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',33,1795945096808,'transition','d9798c37a548299745c75fd763d58305','bab189398603fb78',1,'{"cause":"TallyRecorded","from":"PROVISIONING_DATABASE","to":"SENDING_RESPONSE","us":11099}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',34,1795945096808,'transition','d9798c37a548299745c75fd763d58305','bab189398603fb78',1,'{"cause":"ResponseSent","from":"SENDING_RESPONSE","to":"DONE","us":85}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',35,1795945096808,'ended','d9798c37a548299745c75fd763d58305','bab189398603fb78',1,'{"delivered":true,"outcome":"done"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',36,1795945096850,'invitation_created','','e79afb6840ccfe6a',1,'{"expires":"2026-12-01T09:38:16.850Z","identity":"proof","role":"stock","uses":"5"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',37,1795945096873,'invitation_created','','521464214ce93b06',1,'{"expires":"2026-12-01T09:38:16.873Z","identity":"any","role":"foil","uses":"1"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',38,1795945096908,'invitation_revoked','','521464214ce93b06',1,'{}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',39,1795945096938,'opened','fca02795ebca3bf088e5f1480247a8c2','521464214ce93b06',1,'{"address":"/ip4/127.0.0.1/tcp/49206","party":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","peer":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","side":"listener"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',40,1795945096938,'transition','fca02795ebca3bf088e5f1480247a8c2','521464214ce93b06',1,'{"cause":"ContactRead","from":"READING_REQUEST","to":"VALIDATING_TOKEN","us":90}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',41,1795945096938,'transition','fca02795ebca3bf088e5f1480247a8c2','521464214ce93b06',1,'{"cause":"Refused","from":"VALIDATING_TOKEN","to":"SENDING_REFUSAL","us":110}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',42,1795945096938,'transition','fca02795ebca3bf088e5f1480247a8c2','521464214ce93b06',1,'{"cause":"RefusalSent","from":"SENDING_REFUSAL","to":"REJECTED","us":35}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',43,1795945096938,'ended','fca02795ebca3bf088e5f1480247a8c2','521464214ce93b06',1,'{"code":"token_revoked","delivered":false,"outcome":"rejected"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',44,1795945096984,'invitation_created','','b6ab11df2ee11137',1,'{"expires":"2026-12-01T09:38:16.984Z","identity":"any","role":"foil","uses":"1"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',45,1795945097125,'opened','3139d223fc6973e2a457f6fa8b6e427a','b6ab11df2ee11137',1,'{"address":"/ip4/127.0.0.1/tcp/49216","party":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","peer":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","side":"listener"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',46,1795945097125,'transition','3139d223fc6973e2a457f6fa8b6e427a','b6ab11df2ee11137',1,'{"cause":"ContactRead","from":"READING_REQUEST","to":"VALIDATING_TOKEN","us":177}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',47,1795945097126,'transition','3139d223fc6973e2a457f6fa8b6e427a','b6ab11df2ee11137',1,'{"cause":"TokenAccepted","from":"VALIDATING_TOKEN","to":"VALIDATING_IDENTITY","us":723}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',48,1795945097126,'identity','3139d223fc6973e2a457f6fa8b6e427a','b6ab11df2ee11137',1,'{"accepted":true,"reason":"","requirement":"any"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',49,1795945097126,'decided','3139d223fc6973e2a457f6fa8b6e427a','b6ab11df2ee11137',1,'{"approved":true,"role":"foil"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',50,1795945097127,'transition','3139d223fc6973e2a457f6fa8b6e427a','b6ab11df2ee11137',1,'{"cause":"FoilApproved","from":"VALIDATING_IDENTITY","to":"SENDING_RESPONSE","us":1612}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',51,1795945097127,'transition','3139d223fc6973e2a457f6fa8b6e427a','b6ab11df2ee11137',1,'{"cause":"ResponseSent","from":"SENDING_RESPONSE","to":"AWAITING_DATABASE","us":52}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',52,1795945097154,'invitation_created','','bba82e19ff5af691',1,'{"expires":"2026-12-01T09:38:17.154Z","identity":"any","role":"stock","uses":"1"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',53,1795945097240,'invitation_created','','1771d0cc98f4e177',1,'{"expires":"2026-12-01T09:38:17.240Z","identity":"any","role":"stock","uses":"1"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',54,1795945097278,'opened','36219e2f2786565a9e95a49bc6ea2727','1771d0cc98f4e177',1,'{"address":"/ip4/127.0.0.1/tcp/49232","party":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","peer":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","side":"listener"}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',55,1795945097278,'transition','36219e2f2786565a9e95a49bc6ea2727','1771d0cc98f4e177',1,'{"cause":"ContactRead","from":"READING_REQUEST","to":"VALIDATING_TOKEN","us":88}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',56,1795945097278,'transition','36219e2f2786565a9e95a49bc6ea2727','1771d0cc98f4e177',1,'{"cause":"TokenAccepted","from":"VALIDATING_TOKEN","to":"VALIDATING_IDENTITY","us":109}');
INSERT INTO "audit" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD',57,1795945097278,'identity','36219e2f2786565a9e95a49bc6ea2727','1771d0cc98f4e177',1,'{"accepted":true,"reason":"","requirement":"any"}');
CREATE TABLE counters (          -- values that only rise
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "counters" VALUES('clock',1795945096477);
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
INSERT INTO "instances" VALUES(1,X'E997F400B0DC14BE1278A6F9F8E8FA236C0595A19380892D1E73C22803517E77','listener',X'C4AE3A44D1E6F0395B81719E6F8A81525352CD57D6776C43DFC99B1ACAC13D0D',1,'bciqdfp7q2vgnqftoisoarexnt6zulkzkc2uxuhnfagnwzian2yh5yly','{"tally":{"version":1,"createdAt":"2026-11-29T09:38:16.477Z","nonce":"2slhgf0UgW1B5kPBrzDkHg","stock":{"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","publicKey":"CAESIKQjlkqXEHOa68FmSWS-PK6BjFmaVlcoXazrnRA4KyjQ"},"foil":{"partyId":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","publicKey":"CAESINnvYu1niDHl9q6j5QRPsTRUGGLUtSgUGCnsaSRo4jGw"}},"signer":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","signature":"sByDLjK57M52rx_C4kePZ-VXEvuABxffgruvevpQZq6a76lj9eXYMK6kTCouN0Kvo2mgRMkv0_MxUX8rgFXhAA"}','adopted',1795945096477,'uQI8RtImmOos7uKZYfk4tYQXkGToad71k_LbSnNQNtU-7v323KUJPB0hZfx0GQ2tkEaIxXgc7tg2snRpPDQIVtesGPEfmF3nTg4D8kL2dp18th8');
INSERT INTO "instances" VALUES(2,X'1C0868672310CB8B07C766DFA736B2D3F02C9F6D9DA7AFF28B7ED34758DB80D8','listener',X'C71CFCD7293EF0CFDA049B4D5E66B66BE8B066B4023E330A317DB032E8C08B78',3,'bciqlb4i2onotoz6q3xihmoj3hddm2pugjg5z5fahevveuiz4czpc54q','{"tally":{"version":1,"createdAt":"2026-11-29T09:38:16.792Z","nonce":"9ZMiA1CUC-UogeWbVGh3WA","stock":{"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","publicKey":"CAESIKQjlkqXEHOa68FmSWS-PK6BjFmaVlcoXazrnRA4KyjQ"},"foil":{"partyId":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","publicKey":"CAESINnvYu1niDHl9q6j5QRPsTRUGGLUtSgUGCnsaSRo4jGw"}},"signer":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","signature":"8gIC-ttUNufC_FT_j9dafl4OylLNRM-kQ9b2Z1iww04A_eQvwGln91rI_jocIfDe0DGRBcXKBCblpBFN64HuCA"}','adopted',1795945096792,'YOlPiIhgFAUidb6J_jGyx3xcj3NLUnHPQMKGpqYTGNlBsEX24GEd07h7miecHuRf33YMiUSZC8HseXtu9BQfuU4fezKWDobDtQDd8v2jOBwiH6M');
INSERT INTO "instances" VALUES(3,X'689A92EC8BEBC83AFDAC558273E2C909657F3F324BE5CF049EE8C693C61F935B','listener',X'1841E26D41CDD4470E8EDD41366B3FF990A559AC07D4FE46C4E5F1D711E39979',6,'bciqexccl7wl2crqhrrsxvv3x62h7mvh7cvmm755yqzrotj72lb42jra','{"tally":{"version":1,"createdAt":"2026-11-29T09:38:17.278Z","nonce":"7V0NMGzs_EHHilgHSN-lGg","stock":{"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","publicKey":"CAESIKQjlkqXEHOa68FmSWS-PK6BjFmaVlcoXazrnRA4KyjQ"},"foil":{"partyId":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","publicKey":"CAESINnvYu1niDHl9q6j5QRPsTRUGGLUtSgUGCnsaSRo4jGw"}},"signer":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","signature":"iP6hmrCDIEjAyE9ZHmPlY9eia3hhwoAU30mNQ8WTn6LoLQ9IH6_CyKxmQtLi07O3l8qKFZA5rSnIClRxBLvnAQ"}','made',1795945097278,'obN1y1xniypTbBdRqyFUD80dHY7xuNlqLedvUGj3_leev67IANP-QZohsXH8uxlxqoAN53BRwQu5y7mC62s__03Z0YiaQKNgz-ZmfGBwn6QOpzY');
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
INSERT INTO "invitations" VALUES(1,'f43708b0a21af7e4',X'F43708B0A21AF7E458CA6B8BABD10C60F586DC01A0FA696A504E667DB72B40BE','stock',1795945096409,1796117896409,1,NULL,'any','stock done',NULL,1,0,1);
INSERT INTO "invitations" VALUES(2,'9af88bb6618f01f3',X'9AF88BB6618F01F3C4BFBBEDE74FEAE7B289F372275C3C8DE52A18B818AC7FE0','foil',1795945096531,1796117896531,1,NULL,'any','foil done',NULL,1,0,1);
INSERT INTO "invitations" VALUES(3,'bab189398603fb78',X'BAB189398603FB78C56ECE6D8B882252C225740842344355D9E709EDEEFD09E1','stock',1795945096729,1796117896729,NULL,3,'any','unlimited',NULL,1,0,1);
INSERT INTO "invitations" VALUES(4,'e79afb6840ccfe6a',X'E79AFB6840CCFE6AEFC8BE55CC26294528BC2AF370A9C31EA155096F414AEC7B','stock',1795945096850,1796117896850,5,NULL,'proof','untouched',NULL,0,0,0);
INSERT INTO "invitations" VALUES(5,'521464214ce93b06',X'521464214CE93B0666611E40B83825587F4BDC5518D1872E0BCCAC9E08EA9B7F','foil',1795945096873,1796117896873,1,NULL,'any','revoked',1795945096908,0,0,0);
INSERT INTO "invitations" VALUES(6,'b6ab11df2ee11137',X'B6AB11DF2EE11137F73A3ECBAD630C30837280E2660A340908433A6E2608C73D','foil',1795945096984,1796117896984,1,NULL,'any','waiting',NULL,0,1,1);
INSERT INTO "invitations" VALUES(7,'bba82e19ff5af691',X'BBA82E19FF5AF691CC5BEACAE4A760F00116A6621C456AB81EFB6430ED446A69','stock',1795945097154,1796117897154,1,NULL,'any','unheard',NULL,0,0,0);
INSERT INTO "invitations" VALUES(8,'1771d0cc98f4e177',X'1771D0CC98F4E1775934B4FA06FD05E23579C70784E3F7AE0B88AA554EAE5611','stock',1795945097240,1796117897240,1,NULL,'any','broken',NULL,0,1,1);
CREATE TABLE inviter (           -- one row: 'inviter'
    name     TEXT PRIMARY KEY,
    party_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "inviter" VALUES('inviter','12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD');
CREATE TABLE nodes (
    peer      TEXT PRIMARY KEY,
    addresses TEXT NOT NULL,                       -- JSON array
    seen      INTEGER NOT NULL
, boot TEXT NOT NULL DEFAULT '', home TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
INSERT INTO "nodes" VALUES('12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD"]',1795945096378,'778a627ab43808a4ea6d3ead5637040e','');
CREATE TABLE peer_uses (         -- only of invitations that limit them
    token    BLOB NOT NULL REFERENCES invitations (token),
    peer     TEXT NOT NULL,
    spent    INTEGER NOT NULL DEFAULT 0 CHECK (spent >= 0),
    reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    PRIMARY KEY (token, peer)
) STRICT, WITHOUT ROWID;
INSERT INTO "peer_uses" VALUES(X'BAB189398603FB78C56ECE6D8B882252C225740842344355D9E709EDEEFD09E1','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR',1,0);
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
INSERT INTO "sessions" VALUES(1,'88cb9b3502d7e9863e37d84e99e2a7e7','listener','stock',X'C4AE3A44D1E6F0395B81719E6F8A81525352CD57D6776C43DFC99B1ACAC13D0D',X'F43708B0A21AF7E458CA6B8BABD10C60F586DC01A0FA696A504E667DB72B40BE','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','DONE',1,1795945096476,NULL,1795945096485,NULL,'{"approved":true,"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD"],"provisionResult":{"tally":{"tallyId":"bciqdfp7q2vgnqftoisoarexnt6zulkzkc2uxuhnfagnwzian2yh5yly","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"taleus-sqlite:bciqdfp7q2vgnqftoisoarexnt6zulkzkc2uxuhnfagnwzian2yh5yly","credentialsRef":"file"},"draft":{"tally":{"version":1,"createdAt":"2026-11-29T09:38:16.477Z","nonce":"2slhgf0UgW1B5kPBrzDkHg","stock":{"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","publicKey":"CAESIKQjlkqXEHOa68FmSWS-PK6BjFmaVlcoXazrnRA4KyjQ"},"foil":{"partyId":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","publicKey":"CAESINnvYu1niDHl9q6j5QRPsTRUGGLUtSgUGCnsaSRo4jGw"}},"signer":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","signature":"sByDLjK57M52rx_C4kePZ-VXEvuABxffgruvevpQZq6a76lj9eXYMK6kTCouN0Kvo2mgRMkv0_MxUX8rgFXhAA"}},"sessionId":"88cb9b3502d7e9863e37d84e99e2a7e7"}','','bciqdfp7q2vgnqftoisoarexnt6zulkzkc2uxuhnfagnwzian2yh5yly',1,'[]',0,1,'12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD');
INSERT INTO "sessions" VALUES(2,'ad4e0eb6ac9cfb79b0548b08903891f8','listener','foil',X'28342B96AE5DD530A40E90CB449BD93309FBBD62CE74037AD4EA7B6C869D06FF',X'9AF88BB6618F01F3C4BFBBEDE74FEAE7B289F372275C3C8DE52A18B818AC7FE0','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','DONE',1,1795945096625,1795988296625,1795945096677,NULL,'{"approved":true,"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD"],"sessionId":"ad4e0eb6ac9cfb79b0548b08903891f8","expiresInMs":43199999}','{"accepted":true,"tallyId":"bciqdqhi6ov6o2oopwwe2k4ri4hvncz3mvdwg5pwgjnzv33pgff5s3ja","draft":"verified"}','bciqdqhi6ov6o2oopwwe2k4ri4hvncz3mvdwg5pwgjnzv33pgff5s3ja',1,'[]',0,1,'12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD');
INSERT INTO "sessions" VALUES(3,'d9798c37a548299745c75fd763d58305','listener','stock',X'C71CFCD7293EF0CFDA049B4D5E66B66BE8B066B4023E330A317DB032E8C08B78',X'BAB189398603FB78C56ECE6D8B882252C225740842344355D9E709EDEEFD09E1','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','DONE',1,1795945096792,NULL,1795945096808,NULL,'{"approved":true,"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD"],"provisionResult":{"tally":{"tallyId":"bciqlb4i2onotoz6q3xihmoj3hddm2pugjg5z5fahevveuiz4czpc54q","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"taleus-sqlite:bciqlb4i2onotoz6q3xihmoj3hddm2pugjg5z5fahevveuiz4czpc54q","credentialsRef":"file"},"draft":{"tally":{"version":1,"createdAt":"2026-11-29T09:38:16.792Z","nonce":"9ZMiA1CUC-UogeWbVGh3WA","stock":{"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","publicKey":"CAESIKQjlkqXEHOa68FmSWS-PK6BjFmaVlcoXazrnRA4KyjQ"},"foil":{"partyId":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","publicKey":"CAESINnvYu1niDHl9q6j5QRPsTRUGGLUtSgUGCnsaSRo4jGw"}},"signer":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","signature":"8gIC-ttUNufC_FT_j9dafl4OylLNRM-kQ9b2Z1iww04A_eQvwGln91rI_jocIfDe0DGRBcXKBCblpBFN64HuCA"}},"sessionId":"d9798c37a548299745c75fd763d58305"}','','bciqlb4i2onotoz6q3xihmoj3hddm2pugjg5z5fahevveuiz4czpc54q',1,'[]',0,1,'12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD');
INSERT INTO "sessions" VALUES(4,'fca02795ebca3bf088e5f1480247a8c2','listener','foil',X'95EA45D44FC4B7C2AF48C55AEE7B040F31054B78AFE8AC309A57CB8622B2CF2A',X'521464214CE93B0666611E40B83825587F4BDC5518D1872E0BCCAC9E08EA9B7F','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','REJECTED',0,1795945096938,NULL,1795945096938,'token_revoked','','','',0,'[]',0,0,'12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD');
INSERT INTO "sessions" VALUES(5,'3139d223fc6973e2a457f6fa8b6e427a','listener','foil',X'46255449C150C6C4E3762488F25896A4136E48E9A948A1809811712DBF95DB9B',X'B6AB11DF2EE11137F73A3ECBAD630C30837280E2660A340908433A6E2608C73D','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','AWAITING_DATABASE',1,1795945097125,1795988297125,NULL,NULL,'{"approved":true,"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD"],"sessionId":"3139d223fc6973e2a457f6fa8b6e427a","expiresInMs":43199999}','','',1,'[]',1,1,'12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD');
INSERT INTO "sessions" VALUES(6,'36219e2f2786565a9e95a49bc6ea2727','listener','stock',X'1841E26D41CDD4470E8EDD41366B3FF990A559AC07D4FE46C4E5F1D711E39979',X'1771D0CC98F4E1775934B4FA06FD05E23579C70784E3F7AE0B88AA554EAE5611','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','PROVISIONING_DATABASE',1,1795945097278,NULL,NULL,NULL,'','','',0,'[]',1,1,'12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD');
CREATE TABLE store_key (         -- one row, drawn at the first start
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;
INSERT INTO "store_key" VALUES(1,X'84D82F5DAD473214332A24CAFDD6D4696CCA7E67B0F4E90F2AA10890EFE4EC1F');
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
INSERT INTO "tallies" VALUES(1,'bciqdfp7q2vgnqftoisoarexnt6zulkzkc2uxuhnfagnwzian2yh5yly','listener','stock',X'C4AE3A44D1E6F0395B81719E6F8A81525352CD57D6776C43DFC99B1ACAC13D0D',X'F43708B0A21AF7E458CA6B8BABD10C60F586DC01A0FA696A504E667DB72B40BE','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','[]','stock','taleus-sqlite:bciqdfp7q2vgnqftoisoarexnt6zulkzkc2uxuhnfagnwzian2yh5yly','file','{"tally":{"version":1,"createdAt":"2026-11-29T09:38:16.477Z","nonce":"2slhgf0UgW1B5kPBrzDkHg","stock":{"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","publicKey":"CAESIKQjlkqXEHOa68FmSWS-PK6BjFmaVlcoXazrnRA4KyjQ"},"foil":{"partyId":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","publicKey":"CAESINnvYu1niDHl9q6j5QRPsTRUGGLUtSgUGCnsaSRo4jGw"}},"signer":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","signature":"sByDLjK57M52rx_C4kePZ-VXEvuABxffgruvevpQZq6a76lj9eXYMK6kTCouN0Kvo2mgRMkv0_MxUX8rgFXhAA"}',1,0,1,1795945096484,'not_tried','','','');
INSERT INTO "tallies" VALUES(2,'bciqdqhi6ov6o2oopwwe2k4ri4hvncz3mvdwg5pwgjnzv33pgff5s3ja','listener','foil',X'28342B96AE5DD530A40E90CB449BD93309FBBD62CE74037AD4EA7B6C869D06FF',X'9AF88BB6618F01F3C4BFBBEDE74FEAE7B289F372275C3C8DE52A18B818AC7FE0','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','[]','foil','taleus-sqlite:bciqdqhi6ov6o2oopwwe2k4ri4hvncz3mvdwg5pwgjnzv33pgff5s3ja','file','{"tally":{"version":1,"createdAt":"2026-11-29T09:38:16.627Z","nonce":"L1zUzko-5zVe8dJfJXozhg","stock":{"partyId":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","publicKey":"CAESINnvYu1niDHl9q6j5QRPsTRUGGLUtSgUGCnsaSRo4jGw"},"foil":{"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","publicKey":"CAESIKQjlkqXEHOa68FmSWS-PK6BjFmaVlcoXazrnRA4KyjQ"}},"signer":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","signature":"IYFrWLvvNrDgLLD2tbC0De9koHVWlTaWVcTUtN2xQoXs9Y5gsm247b6qts7p2-m-exXhRQchZ8Rfu_H2Qcy2AQ"}',1,1,1,1795945096676,'not_tried','','','');
INSERT INTO "tallies" VALUES(3,'bciqlb4i2onotoz6q3xihmoj3hddm2pugjg5z5fahevveuiz4czpc54q','listener','stock',X'C71CFCD7293EF0CFDA049B4D5E66B66BE8B066B4023E330A317DB032E8C08B78',X'BAB189398603FB78C56ECE6D8B882252C225740842344355D9E709EDEEFD09E1','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD','12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR','[]','stock','taleus-sqlite:bciqlb4i2onotoz6q3xihmoj3hddm2pugjg5z5fahevveuiz4czpc54q','file','{"tally":{"version":1,"createdAt":"2026-11-29T09:38:16.792Z","nonce":"9ZMiA1CUC-UogeWbVGh3WA","stock":{"partyId":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","publicKey":"CAESIKQjlkqXEHOa68FmSWS-PK6BjFmaVlcoXazrnRA4KyjQ"},"foil":{"partyId":"12D3KooWQV6MUSWv4h3FuKhNxFKUcebHVZDRVzXuJLzT1hCaK9DR","publicKey":"CAESINnvYu1niDHl9q6j5QRPsTRUGGLUtSgUGCnsaSRo4jGw"}},"signer":"12D3KooWLs6WDqfsWGma54khpdZ5qQJ8ftE3h4qMCCfTNPxQN2MD","signature":"8gIC-ttUNufC_FT_j9dafl4OylLNRM-kQ9b2Z1iww04A_eQvwGln91rI_jocIfDe0DGRBcXKBCblpBFN64HuCA"}',1,0,1,1795945096805,'not_tried','','','');
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
INSERT INTO "transitions" VALUES(1,1,1795945096476,'READING_REQUEST','VALIDATING_TOKEN','ContactRead',1485);
INSERT INTO "transitions" VALUES(1,2,1795945096477,'VALIDATING_TOKEN','VALIDATING_IDENTITY','TokenAccepted',875);
INSERT INTO "transitions" VALUES(1,3,1795945096479,'VALIDATING_IDENTITY','PROVISIONING_DATABASE','IdentityAccepted',2570);
INSERT INTO "transitions" VALUES(1,4,1795945096485,'PROVISIONING_DATABASE','SENDING_RESPONSE','TallyRecorded',5381);
INSERT INTO "transitions" VALUES(1,5,1795945096485,'SENDING_RESPONSE','DONE','ResponseSent',126);
INSERT INTO "transitions" VALUES(2,1,1795945096625,'READING_REQUEST','VALIDATING_TOKEN','ContactRead',254);
INSERT INTO "transitions" VALUES(2,2,1795945096626,'VALIDATING_TOKEN','VALIDATING_IDENTITY','TokenAccepted',274);
INSERT INTO "transitions" VALUES(2,3,1795945096626,'VALIDATING_IDENTITY','SENDING_RESPONSE','FoilApproved',636);
INSERT INTO "transitions" VALUES(2,4,1795945096626,'SENDING_RESPONSE','AWAITING_DATABASE','ResponseSent',44);
INSERT INTO "transitions" VALUES(2,5,1795945096676,'AWAITING_DATABASE','VALIDATING_DATABASE','DatabaseRead',45229);
INSERT INTO "transitions" VALUES(2,6,1795945096677,'VALIDATING_DATABASE','DONE','DatabaseAccepted',1237);
INSERT INTO "transitions" VALUES(3,1,1795945096792,'READING_REQUEST','VALIDATING_TOKEN','ContactRead',134);
INSERT INTO "transitions" VALUES(3,2,1795945096792,'VALIDATING_TOKEN','VALIDATING_IDENTITY','TokenAccepted',144);
INSERT INTO "transitions" VALUES(3,3,1795945096797,'VALIDATING_IDENTITY','PROVISIONING_DATABASE','IdentityAccepted',5387);
INSERT INTO "transitions" VALUES(3,4,1795945096808,'PROVISIONING_DATABASE','SENDING_RESPONSE','TallyRecorded',11099);
INSERT INTO "transitions" VALUES(3,5,1795945096808,'SENDING_RESPONSE','DONE','ResponseSent',85);
INSERT INTO "transitions" VALUES(4,1,1795945096938,'READING_REQUEST','VALIDATING_TOKEN','ContactRead',90);
INSERT INTO "transitions" VALUES(4,2,1795945096938,'VALIDATING_TOKEN','SENDING_REFUSAL','Refused',110);
INSERT INTO "transitions" VALUES(4,3,1795945096938,'SENDING_REFUSAL','REJECTED','RefusalSent',35);
INSERT INTO "transitions" VALUES(5,1,1795945097125,'READING_REQUEST','VALIDATING_TOKEN','ContactRead',177);
INSERT INTO "transitions" VALUES(5,2,1795945097126,'VALIDATING_TOKEN','VALIDATING_IDENTITY','TokenAccepted',723);
INSERT INTO "transitions" VALUES(5,3,1795945097127,'VALIDATING_IDENTITY','SENDING_RESPONSE','FoilApproved',1612);
INSERT INTO "transitions" VALUES(5,4,1795945097127,'SENDING_RESPONSE','AWAITING_DATABASE','ResponseSent',52);
INSERT INTO "transitions" VALUES(6,1,1795945097278,'READING_REQUEST','VALIDATING_TOKEN','ContactRead',88);
INSERT INTO "transitions" VALUES(6,2,1795945097278,'VALIDATING_TOKEN','VALIDATING_IDENTITY','TokenAccepted',109);
CREATE UNIQUE INDEX sessions_of_key ON sessions (key, side) WHERE holds_key = 1;
CREATE INDEX sessions_live ON sessions (side, peer) WHERE ended IS NULL;
CREATE INDEX tallies_of_id ON tallies (tally_id);
CREATE INDEX instances_unadopted ON instances (since) WHERE state <> 'adopted';
CREATE INDEX audit_of_session ON audit (session_id) WHERE session_id <> '';
COMMIT;
