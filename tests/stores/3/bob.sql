PRAGMA application_id=1413565523;
PRAGMA user_version=3;
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
INSERT INTO "heads" VALUES(1,2,X'12F28A4155BB79CAE2996440E4C8C0457ECBEFF583379E720AFA0CAA424DAF92',X'D07FCA7746D4227E0078F37C2CE012CAFE592C971A0FD2CC0CDC988E2D520D6B6A8229DE0655B3600F6A600A5D0AAA6EDB56C06BD4D7C0EB9261FE7ED279DB02');
INSERT INTO "heads" VALUES(1,9,X'D627C63E66BFF20019F3F83CD29C2996621B6879DDC487D5E9477FA645D26C46',X'65BBB94A1AEE9A4FD6D57786ABA1F75A7C4DCFFBF2B9826AC2EFA83247E1602DF97DD94AACD2B399A7C20E5729EB348478932CEEF0F4765908333AAFEBD94000');
INSERT INTO "heads" VALUES(1,10,X'319677ED984C67BA10330181540405091BE559D5AB1273D9274F655D43E3776A',X'6BD8C350477A914DEC04C0A1E3B74247E2D8BD81EF78C013E4AFA0AA672C30355FC05F7EDAD26775119DDAAC1BBC853E180A45D9B611D70DD651550D4294A503');
INSERT INTO "heads" VALUES(1,15,X'C04B7056C9D2FEB4CA1FA4CD185091CDC4D65912C3D84005627F5F7D115762C2',X'38800D2CF39B6A4B22EC15249228BCC4B128ABB82F41B60841DEFF55C2EC2BE6344AFD5C78F02FB8D35ACF727DC12F207BF2B44767B398C37F86B0B97F72B509');
INSERT INTO "heads" VALUES(1,16,X'B6106891D2D4CFE32DE68CCA9726FF83AD2A2BEEC646A42B1B7AB8541579E605',X'738A0C121AE5420007F7EE7C57D0C011B073FE771F665FDC13A7FAE695ED31121E8D3AC12E2D844A9ADA08DD2275BCA352F901C4A362990BE80D2C6EA17B590E');
INSERT INTO "heads" VALUES(1,21,X'5590E5C9948F792C9CD06BAF0C1E075E3F8CD93BEAE77EE3CC628F7883942762',X'1A2EB4CC927A8B98D93E9B0506418439D36C93D5D83D990F1A84DCC8B763CC866F607E901ED052C250F025F52CA07E39577E7D30B5398DEE3C2CB2BD14B02709');
INSERT INTO "heads" VALUES(1,22,X'8F2D33C31483FC722212BF38C52EEC8CE3E2F4541200D534231F1DB4DAAD0E5E',X'6AA149CAE9B4A3982D36502D2AD2CCCA0770413CE187702634DF3AD82E2F55368D06F6EFDF2660681C8EFAFE7A83135E82FB85076DB0AFEA1D028A67B60EA80F');
INSERT INTO "heads" VALUES(1,29,X'AA195D51B237A7DF8518EB7F74AE822A8BDA57689AC32F6AE10C7154D085F3E5',X'EABA9B544ED39E96EE522365C266479462F3F9B29647123FB51CEEB4CC2B1D8090CD2D98D5A61A7BECE08150714BF8151E834905D6322F2A5B50BF7BA4C3F80C');
INSERT INTO "heads" VALUES(1,30,X'F74D5D58348BD2B3A2E00F83FB9F9248D97735091CFC8FF0232E7378005D34EC',X'98BF24EDA1E95132477E4B94052F6D8377FC27166D20682B7646D9E28001D9B53CA726DFBD85D6E252CBB6A9944F2B0D4059047993F9D3E1F7A2CC5D3503EB08');
INSERT INTO "heads" VALUES(1,35,X'6BB37D9D689140B6720A5A1C4A8662466AE32AE58D269261698F09F0A59588D0',X'5F03126BB3EB409D6019CEF80169F1D82D3947C2E58927F02CC6384BA2381518E229A867C5E03B6AD3BBBD7026BBAC5738C8FA387795A3E59F4D2779E90D9B08');
INSERT INTO "heads" VALUES(1,36,X'B92E85D582EE280FBD2D8AB3FCB15E9CEC94B682EA6A7330F5CA963C806F7CFC',X'65F56197EF2AE59530F71CFBF1D412B4381B4ACEFD35F60010BEF8BB5DA55DDC3B172F5F59C03B66908FBB3C0640F1674367BB848A89E8CE025D60E12BBA6C0E');
INSERT INTO "heads" VALUES(1,41,X'0D9A52B228680B0D3FD4D1F6AB50D81D99C0709FF8E9A093770FD98351B12ECB',X'83B153236A50666A6ACD78E4B51DD722582EB97D8A2DA07BFBC195AD8C3CFB338771DE4CC0C727AE8A4B7DFDB4D558F55F143126B07D5777C2C72035A08C8A06');
INSERT INTO "heads" VALUES(1,42,X'6D468456AFC9FF14B0184681D1987D6510C1B991D55EDBC051321519463356EA',X'227155692B347CD2DDADA47D9BC17BFF75EA061AADAFE8D743D7CC65F7B3DEFDE2B95A7FC2FB9A742DB6402D3666D04E296097CD0F8D3D198F7E21C5BB90140B');
INSERT INTO "heads" VALUES(1,43,X'836221D16D46D72D4CA7D82E8EDD169639B60042B6CE08B1371B9FF97C4AB8FC',X'781593994259F5411F25793EFEAA8E783A197952417C4F95A49AC13F7380419A0023412F1210EADB476C5A48972B20A9EBAB96875DB049B3B8C9CFCD53C58C08');
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
INSERT INTO "instances" VALUES(1,X'2ACEDFAE44845F1A22B6D0AD74E82B5617FEF4038747A31516D923145BA6A004','dialer',X'7358814A53B50F24F0467714C642D4C893D8AB4AF248D5D017E40BE8772E3F46',2,'bciqfkv6xrdrndblvhnfmtbzburf7xuvdhljjjg7baoowfgqomu6nura','{"tally":{"version":1,"createdAt":"2026-11-29T16:58:53.037Z","nonce":"ar3oXEg_4fF_cCKVRr16QQ","stock":{"partyId":"12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL","publicKey":"CAESIBX2Jnuv1-QaXsqT_kv5QXtRIow8Wv4Zd0w6JrMU4xux"},"foil":{"partyId":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV","publicKey":"CAESILpVSsGozsYW-_inhePB-CKbMejqAOkHDiWDo2ba9PWo"}},"signer":"12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL","signature":"kiLj7gVZ_ohjDj3E3XtMhjGxc5MV4NvQ1EBomyKN5aTRPBttNCrTpFZQBUfbUrtc2foRYbKxZyx0CupIS3BaBA"}','adopted',1795971533037,'RU3BTsflbq0qvR6a71XjZhSKAseJkGhweePuVz3kEAiXuv3qaSOvzop6Gzk3vU9jdHBFd2uxsnh1JjFiP5g4ZRABQJjCxBRefMckxVlNJH_8Wjw');
INSERT INTO "instances" VALUES(2,X'D1459BC25A69EC5CF5C14F32BF1ABD548D307449A722F66A08AC4D07DB667923','dialer',X'D71ECFF48BB75E060C10E189030FEB1B01DE67126A9117A296FFD7CE30C6A8E5',5,'bciqbxd4ltsd6yhm2wcw4shjo6uz64vinjpccpuzrk7cw4pghapdmlky','{"tally":{"version":1,"createdAt":"2026-11-29T16:58:53.790Z","nonce":"ihpzpIkHrPBF1ypSBtdgqQ","stock":{"partyId":"12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL","publicKey":"CAESIBX2Jnuv1-QaXsqT_kv5QXtRIow8Wv4Zd0w6JrMU4xux"},"foil":{"partyId":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV","publicKey":"CAESILpVSsGozsYW-_inhePB-CKbMejqAOkHDiWDo2ba9PWo"}},"signer":"12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL","signature":"DABf_iYF_qwK7mmewGqZiC6BOE11eJTEtvzqiAbYjAe5wG5dca3bldpZn2GF0doyZToEW9DfqyUlxYU5yDn-BA"}','made',1795971533790,'LUcR2XjDqkAUsC1Al1e15HghHTmXPU7-cVcBqQ8bXZVW5R8aWf6Fj0kjhG7tCwnSwl6uvauI0UzPLl04Di073RMsGmC5I-y_VjHgL-twZDBboSw');
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
INSERT INTO "receipts" VALUES(1,'{"checkpoint":"taleus-audit/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV/Pjzt-yZh4L_4C1XTqUhv6w\n7\nqLTD57mldSscqw2/+RaY88aWd/ZJ6xhmlYoVz+gbt0U=\n\n— taleus-audit/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV/Pjzt-yZh4L_4C1XTqUhv6w 20rCqLEhvlggXZ6wBwrHB+na1eAHESud4DIDqPEXAujH2RmcJWtUcURon/dCEDByTywradBDIYVoIV3E9y1r77doawo=\n","proof":"3IzyaBNaRdjmLIXN8HBKuqtURuV1NkfYL2DppKubXU+cgxSm8hlooFXU4F4IjX1jMXWDhP/7mHKpuODDh0nwT9Noj8scrPzHXalVtakr/uXIwt8sh2IIZBi3Q+4BS0dS","record":{"at":"2026-11-29T16:58:52.821Z","body":{"side":"listener"},"details":"mqZg0G_Ez5-4wqxMCCJRzsVjsHkL-hs6la53cVNfGlU","kind":"opened","seq":3,"session":"a5a1cae1739fcf7fd2bb1349b98ed45a","token":"b8b194e637f5fe66","v":1}}');
INSERT INTO "receipts" VALUES(2,'{"checkpoint":"taleus-audit/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV/Pjzt-yZh4L_4C1XTqUhv6w\n19\noEct9XOH6S8Q7tKgoUOtfCgxkckqP681X6ALJJXYirA=\n\n— taleus-audit/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV/Pjzt-yZh4L_4C1XTqUhv6w 20rCqC2AuKGlhGhkvwV2pQq5hVjPYsoaFNRAWTktDjckBdyIv/I8wPJo41XJfZcbqo7K+NPBvOQaHHJhTtUzxlDbEA4=\n","proof":"h39+KVh4bJ+hNy0amsdqRRrCzaIKj7tCc5HODVtyz4EyAge6TOdMmVIdorvMP0GL3iW0auEUwCbgq1n/bGmTHIuzNrE5MAG2zgeW1JpM1O7lEVQWXkBZrR+u4E9pdBVTPKJuaIJJFKwX/JU98vvrvCEW1+6WDCn/Xp2k/5+0MY9+OXs46LBn+v1q8B+6Qhal2TNX/rCc1ao4Rkm5yPrDWg==","record":{"at":"2026-11-29T16:58:53.035Z","body":{"side":"listener"},"details":"80hemqvw2-_iFYq6gWOMKQsCJzMSWVT6Ps46jpXOKTk","kind":"opened","seq":14,"session":"b828c56e5a6256f9845baf101e35202e","token":"66a6a3e75fac03ee","v":1}}');
INSERT INTO "receipts" VALUES(3,'{"checkpoint":"taleus-audit/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV/Pjzt-yZh4L_4C1XTqUhv6w\n31\nHuAyWs5JvnxdR0x0CIblIrF6tUQfGRMsNrnX8A7znEQ=\n\n— taleus-audit/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV/Pjzt-yZh4L_4C1XTqUhv6w 20rCqIl9tBOVWNn+IFdoK3PwN7j71ZmvddXb3rlGQCio5P7fBaQfLGRPhTA4XCBA/ENP8F2VVdHtvF/bowsP0WVl/Qw=\n","proof":"mG/7KMadnr29INF15aJ0AdKbPkh4J8B7LST8BhKtWjiUpmf9swrvTBHRPF0jT7zmlosWcxT5K0Y6q0y5VakxQEqEP0e4Nt8scSTBsWKWfF+ua6rU1oSoRqoAOAXDcnxQFGI5mUEJxvz/+R58XiaZlkk6Bxx/A5+rCykcxD7YEjmdiBjFxOY3lOOOdnXaq4IX0SpC7sBRyYWuYy/p2cVxOg==","record":{"at":"2026-11-29T16:58:53.235Z","body":{"side":"listener"},"details":"rFdErT8jFcNJllImhdPEzY9iS3fYeRsxkqZTdEwEmRI","kind":"opened","seq":27,"session":"decbb1c845c9ae7d4ea9570547557fdf","token":"e95399ce18aa579f","v":1}}');
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
INSERT INTO "records" VALUES(1,0,0,'{"at":"2026-11-29T16:58:52.802Z","body":{"cause":"first"},"kind":"trail_started","seq":0,"v":1}',X'2E33E242C4CCCBE54B8E8F8227D6007A38519C73E7E221402298ECFAD6C6ABDC',X'','');
INSERT INTO "records" VALUES(1,1,1,'{"at":"2026-11-29T16:58:52.802Z","body":{"role":"stock","side":"dialer"},"details":"wxhdegtxuJCfSHZJENgrnNEeJY5a2CM8ih_GylE_eUQ","kind":"opened","seq":1,"session":"ddcdf45c40c39dcd91f18002e1d76755","token":"b8b194e637f5fe66","v":1}',X'D7B906F768BA19E5A6A16C589F822D203C4A31F5E9F00494FFD31A640B60D00D',X'599DC49287719645AC297A6893407DF6','{"peer":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV"}');
INSERT INTO "records" VALUES(1,2,1,'{"at":"2026-11-29T16:58:52.818Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":15644},"kind":"transition","seq":2,"session":"ddcdf45c40c39dcd91f18002e1d76755","token":"b8b194e637f5fe66","v":1}',X'CF7395F1A5BB1919E94EC0AC231E5B78AE2A091FCC4F161AF08DC24A9AB3D251',X'','');
INSERT INTO "records" VALUES(1,3,1,'{"at":"2026-11-29T16:58:52.821Z","body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":3409},"kind":"transition","seq":3,"session":"ddcdf45c40c39dcd91f18002e1d76755","token":"b8b194e637f5fe66","v":1}',X'DE0E21BF6E20199ED099A868AC07E2793B14BF93EB2F265753605E83FCE34478',X'','');
INSERT INTO "records" VALUES(1,4,1,'{"at":"2026-11-29T16:58:52.847Z","body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":26013},"kind":"transition","seq":4,"session":"ddcdf45c40c39dcd91f18002e1d76755","token":"b8b194e637f5fe66","v":1}',X'988A9D96FD0742BF0CF62658EA8EB0C3CF7595B092E2602CDF76EC94C0CFAE1A',X'','');
INSERT INTO "records" VALUES(1,5,1,'{"at":"2026-11-29T16:58:52.848Z","body":{"origin":"taleus-audit/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV/Pjzt-yZh4L_4C1XTqUhv6w","size":7,"verified":true},"kind":"receipt","seq":5,"session":"ddcdf45c40c39dcd91f18002e1d76755","token":"b8b194e637f5fe66","v":1}',X'1242669633E0F95B5377FB4D81A2CF36C6ED54DA15DB2C55F02D31B53332A718',X'','');
INSERT INTO "records" VALUES(1,6,1,'{"at":"2026-11-29T16:58:52.848Z","body":{"tallyId":"bciqcu4nvakjlfqv6b342fm7poyg56tibsoewiauh5a5xdnixwd3vsoq"},"kind":"decided","seq":6,"session":"ddcdf45c40c39dcd91f18002e1d76755","token":"b8b194e637f5fe66","v":1}',X'9E71A41788B4E8ED822D589E602C180E11AD14B692DD7B4EF5F7D84560503296',X'','');
INSERT INTO "records" VALUES(1,7,1,'{"at":"2026-11-29T16:58:52.848Z","body":{"cause":"StockAccepted","from":"VALIDATING_RESPONSE","to":"DONE","us":292},"kind":"transition","seq":7,"session":"ddcdf45c40c39dcd91f18002e1d76755","token":"b8b194e637f5fe66","v":1}',X'41EFB528C69D9D1D011DB25353E25103F202AF7A7FB77647183B9FCB5093D10C',X'','');
INSERT INTO "records" VALUES(1,8,1,'{"at":"2026-11-29T16:58:52.848Z","body":{"outcome":"done"},"kind":"ended","seq":8,"session":"ddcdf45c40c39dcd91f18002e1d76755","token":"b8b194e637f5fe66","v":1}',X'F147788D6CFBE8F0685DF68CFF543089DEA0EDF9C17C2EF4D9B7AE79EF9CB52C',X'','');
INSERT INTO "records" VALUES(1,9,2,'{"at":"2026-11-29T16:58:53.002Z","body":{"role":"foil","side":"dialer"},"details":"tmI2NniFj6spnUPGYec55sFkAU2VtfSaWEK8O_JjYPE","kind":"opened","seq":9,"session":"a0bf7473a2505cf3c87a1258125c5d15","token":"66a6a3e75fac03ee","v":1}',X'2D7BE775D612AF33DE9BED3639CC1FA1C99D511208E4EE453FC93CD543282EC4',X'4AB3A7D50DC94366958F8DB726281ADD','{"peer":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV"}');
INSERT INTO "records" VALUES(1,10,2,'{"at":"2026-11-29T16:58:53.035Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":33107},"kind":"transition","seq":10,"session":"a0bf7473a2505cf3c87a1258125c5d15","token":"66a6a3e75fac03ee","v":1}',X'BC7B0B0ABA09736817276644F55970DFC7323588C46FBA4214B3CF932A3D48DD',X'','');
INSERT INTO "records" VALUES(1,11,2,'{"at":"2026-11-29T16:58:53.035Z","body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":276},"kind":"transition","seq":11,"session":"a0bf7473a2505cf3c87a1258125c5d15","token":"66a6a3e75fac03ee","v":1}',X'37E4653F4F6A46494EAE392B20C4626B36FAC78270CB5B1DFB7A9DFD74D674B2',X'','');
INSERT INTO "records" VALUES(1,12,2,'{"at":"2026-11-29T16:58:53.037Z","body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":1696},"kind":"transition","seq":12,"session":"a0bf7473a2505cf3c87a1258125c5d15","token":"66a6a3e75fac03ee","v":1}',X'BE913B81A4DD8805CCC879E748C957EE10EF82E2F8FFA803A9610AF9C3EE9C81',X'','');
INSERT INTO "records" VALUES(1,13,2,'{"at":"2026-11-29T16:58:53.037Z","body":{"origin":"taleus-audit/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV/Pjzt-yZh4L_4C1XTqUhv6w","size":19,"verified":true},"kind":"receipt","seq":13,"session":"a0bf7473a2505cf3c87a1258125c5d15","token":"66a6a3e75fac03ee","v":1}',X'4C0D812E790195C22DF0A155831500CFA0496684B800CEADD01C58246D8E6BCB',X'','');
INSERT INTO "records" VALUES(1,14,2,'{"at":"2026-11-29T16:58:53.037Z","body":{"cause":"FoilAccepted","from":"VALIDATING_RESPONSE","to":"PROVISIONING_DATABASE","us":90},"kind":"transition","seq":14,"session":"a0bf7473a2505cf3c87a1258125c5d15","token":"66a6a3e75fac03ee","v":1}',X'B913BAFA6DE32443CFEEB9F9F4E011375F123434126A850F8AAFB78E3BC8E0A9',X'','');
INSERT INTO "records" VALUES(1,15,2,'{"at":"2026-11-29T16:58:53.050Z","body":{"hook":"provisioner","outcome":"made"},"kind":"hook","seq":15,"session":"a0bf7473a2505cf3c87a1258125c5d15","token":"66a6a3e75fac03ee","v":1}',X'275FAF06277F1412C57CA028947C777CA6207E48BF2A7A1194CF0A20EB6C3D18',X'','');
INSERT INTO "records" VALUES(1,16,2,'{"at":"2026-11-29T16:58:53.050Z","body":{"cause":"Provisioned","from":"PROVISIONING_DATABASE","to":"SENDING_DATABASE","us":13508},"kind":"transition","seq":16,"session":"a0bf7473a2505cf3c87a1258125c5d15","token":"66a6a3e75fac03ee","v":1}',X'A7029C9F092089EB46BDE3DA5127E8EC997710E965110A6BE0466BDA6604A9EB',X'','');
INSERT INTO "records" VALUES(1,17,2,'{"at":"2026-11-29T16:58:53.051Z","body":{"cause":"DatabaseSent","from":"SENDING_DATABASE","to":"AWAITING_ACKNOWLEDGEMENT","us":340},"kind":"transition","seq":17,"session":"a0bf7473a2505cf3c87a1258125c5d15","token":"66a6a3e75fac03ee","v":1}',X'75845AE58F1974841F8466504A244947B0F4EB975DF4FDD86E5FF7D89958ADBE',X'','');
INSERT INTO "records" VALUES(1,18,2,'{"at":"2026-11-29T16:58:53.052Z","body":{"tallyId":"bciqfkv6xrdrndblvhnfmtbzburf7xuvdhljjjg7baoowfgqomu6nura"},"kind":"decided","seq":18,"session":"a0bf7473a2505cf3c87a1258125c5d15","token":"66a6a3e75fac03ee","v":1}',X'96352C24CD56E9EC39C6777F80A6BCD96EA18848AC005FBDCD1220E3C0CCC83C',X'','');
INSERT INTO "records" VALUES(1,19,2,'{"at":"2026-11-29T16:58:53.052Z","body":{"cause":"Acknowledged","from":"AWAITING_ACKNOWLEDGEMENT","to":"DONE","us":1410},"kind":"transition","seq":19,"session":"a0bf7473a2505cf3c87a1258125c5d15","token":"66a6a3e75fac03ee","v":1}',X'66C83327BED9A37F363CF5FFEBB2E93C6E22B1CE1129B0395A7CAFA3DF88DDF0',X'','');
INSERT INTO "records" VALUES(1,20,2,'{"at":"2026-11-29T16:58:53.052Z","body":{"outcome":"done"},"kind":"ended","seq":20,"session":"a0bf7473a2505cf3c87a1258125c5d15","token":"66a6a3e75fac03ee","v":1}',X'676EEC928472FB24ECBF6A929DB68C746D14737BB35A35B5E38FD88015088FBE',X'','');
INSERT INTO "records" VALUES(1,21,3,'{"at":"2026-11-29T16:58:53.218Z","body":{"role":"stock","side":"dialer"},"details":"JIzcHL08WjveemPtS50Np5KP5-YnaE6Asjr70WCBAnE","kind":"opened","seq":21,"session":"60cf0fa3f2879ae21a499db499df849a","token":"e95399ce18aa579f","v":1}',X'ACBC49873C82650513BEB742115F55F835A7F755D6D9EE8EB71E84252F57B71C',X'B7B462058AC1AEC0252AE7778098A83A','{"peer":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV"}');
INSERT INTO "records" VALUES(1,22,3,'{"at":"2026-11-29T16:58:53.235Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":17595},"kind":"transition","seq":22,"session":"60cf0fa3f2879ae21a499db499df849a","token":"e95399ce18aa579f","v":1}',X'6DE48F8FBCFF2E4A6994DE905F5736C3E13E9C61C0E7C6382677ABDB4FF072A7',X'','');
INSERT INTO "records" VALUES(1,23,3,'{"at":"2026-11-29T16:58:53.236Z","body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":1239},"kind":"transition","seq":23,"session":"60cf0fa3f2879ae21a499db499df849a","token":"e95399ce18aa579f","v":1}',X'8C3A0F2A7A99E0CA49FE904F69C98AD4556A8862D6CDE0176C7D4CCDD38920A3',X'','');
INSERT INTO "records" VALUES(1,24,3,'{"at":"2026-11-29T16:58:53.243Z","body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":6332},"kind":"transition","seq":24,"session":"60cf0fa3f2879ae21a499db499df849a","token":"e95399ce18aa579f","v":1}',X'A2C6EE1898D6CE1BB050E4A5AF1673C9781AE408A852DE40231C5B36DFDC80DA',X'','');
INSERT INTO "records" VALUES(1,25,3,'{"at":"2026-11-29T16:58:53.243Z","body":{"origin":"taleus-audit/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV/Pjzt-yZh4L_4C1XTqUhv6w","size":31,"verified":true},"kind":"receipt","seq":25,"session":"60cf0fa3f2879ae21a499db499df849a","token":"e95399ce18aa579f","v":1}',X'E0558AA414547E1B6530A0273515CD3D0CFDD6A52C18851AB6E3BBFAE2AF973B',X'','');
INSERT INTO "records" VALUES(1,26,3,'{"at":"2026-11-29T16:58:53.243Z","body":{"tallyId":"bciqioehoqqzhnfbvea2jco5btcnsb4vovekcbrmlrlp7msooa6qamgq"},"kind":"decided","seq":26,"session":"60cf0fa3f2879ae21a499db499df849a","token":"e95399ce18aa579f","v":1}',X'5205D18BA7545FA807F37BA001840776FDFEB804D5E299DAD2EDB1087C5FF256',X'','');
INSERT INTO "records" VALUES(1,27,3,'{"at":"2026-11-29T16:58:53.243Z","body":{"cause":"StockAccepted","from":"VALIDATING_RESPONSE","to":"DONE","us":171},"kind":"transition","seq":27,"session":"60cf0fa3f2879ae21a499db499df849a","token":"e95399ce18aa579f","v":1}',X'C9155A93D7AAD917F4B28575077FEDD882AE79B255BBD3B9261F83FCD2B9A4FE',X'','');
INSERT INTO "records" VALUES(1,28,3,'{"at":"2026-11-29T16:58:53.243Z","body":{"outcome":"done"},"kind":"ended","seq":28,"session":"60cf0fa3f2879ae21a499db499df849a","token":"e95399ce18aa579f","v":1}',X'E7222B7D2098035FC64072343C42D922D2B0E2EA2314894C8D6EF1FE5BA98022',X'','');
INSERT INTO "records" VALUES(1,29,4,'{"at":"2026-11-29T16:58:53.542Z","body":{"role":"foil","side":"dialer"},"details":"SpPMqbBNJ0KFw1BAwlZDhvBz3ECY6HJFULktQZVogM0","kind":"opened","seq":29,"session":"3093fc25bed276eafb431e3379305faa","token":"8a66e001d2765c2f","v":1}',X'8A6354F399BD0E903EAA6341BB1E07837F59E79D61CB46237C7DCA417DDF9474',X'5B07B311D670DA2EF29747034CA9943E','{"peer":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV"}');
INSERT INTO "records" VALUES(1,30,4,'{"at":"2026-11-29T16:58:53.589Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":47717},"kind":"transition","seq":30,"session":"3093fc25bed276eafb431e3379305faa","token":"8a66e001d2765c2f","v":1}',X'E90AE8EC5B950408431ADCBE5AE02848D02FBDC7F3603C74AA627BC479D23EFF',X'','');
INSERT INTO "records" VALUES(1,31,4,'{"at":"2026-11-29T16:58:53.594Z","body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":4196},"kind":"transition","seq":31,"session":"3093fc25bed276eafb431e3379305faa","token":"8a66e001d2765c2f","v":1}',X'DC780631D5F4182E6080A2E33965C14F64F0531F9CEDF4F3F4A25F731C07125B',X'','');
INSERT INTO "records" VALUES(1,32,4,'{"at":"2026-11-29T16:58:53.594Z","body":{"code":"token_revoked"},"details":"x9ruejDPeDWiTV1huxk81eVrobOxp5jvH0UPwLsRfyk","kind":"refused","seq":32,"session":"3093fc25bed276eafb431e3379305faa","token":"8a66e001d2765c2f","v":1}',X'9C71F882C704E1735F8DAD622953DEEA089607785CC179A8977F0A2EF96CA35D',X'BE4EE8434DCFE093C900039B97109967','{"reason":"Invalid token"}');
INSERT INTO "records" VALUES(1,33,4,'{"at":"2026-11-29T16:58:53.594Z","body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"REJECTED","us":426},"kind":"transition","seq":33,"session":"3093fc25bed276eafb431e3379305faa","token":"8a66e001d2765c2f","v":1}',X'23FB1EDC47A46AF6C3884767536FA40DEBCB8453E46A472D72F330263E24B050',X'','');
INSERT INTO "records" VALUES(1,34,4,'{"at":"2026-11-29T16:58:53.594Z","body":{"code":"token_revoked","outcome":"rejected"},"kind":"ended","seq":34,"session":"3093fc25bed276eafb431e3379305faa","token":"8a66e001d2765c2f","v":1}',X'5C807A7C7E3ED2CAC1733D65B30B536ED8545F2723C07CFF549140B56A2CF121',X'','');
INSERT INTO "records" VALUES(1,35,5,'{"at":"2026-11-29T16:58:53.749Z","body":{"role":"foil","side":"dialer"},"details":"h7PJFSJ-fqAh81zo6IB2hin59AgXFHu_D_aX_YF1MZ8","kind":"opened","seq":35,"session":"b19296112a1d32dae29f15ff9cb345ba","token":"f94c4ed558e5e378","v":1}',X'7065E62925FCAEE9F189B8D614201B382F4DC0EF0245688E9642BCD94FEF38B6',X'938A865E7320DC92E374D5B21A115F7B','{"peer":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV"}');
INSERT INTO "records" VALUES(1,36,5,'{"at":"2026-11-29T16:58:53.760Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":10398},"kind":"transition","seq":36,"session":"b19296112a1d32dae29f15ff9cb345ba","token":"f94c4ed558e5e378","v":1}',X'C76C6A9840975E915B33349DABE2C9C62CA3AE332325FF1E85A140E8E7339007',X'','');
INSERT INTO "records" VALUES(1,37,5,'{"at":"2026-11-29T16:58:53.760Z","body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":464},"kind":"transition","seq":37,"session":"b19296112a1d32dae29f15ff9cb345ba","token":"f94c4ed558e5e378","v":1}',X'E1BF89A6983C015797BD2896EE682BAE5AB45BC1222AE2AF8B85F04017C94D06',X'','');
INSERT INTO "records" VALUES(1,38,5,'{"at":"2026-11-29T16:58:53.790Z","body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":30172},"kind":"transition","seq":38,"session":"b19296112a1d32dae29f15ff9cb345ba","token":"f94c4ed558e5e378","v":1}',X'368C04C2ABD59CF9514C0EE80988A43C2A3AE159ACF68D87EF7D032971259C53',X'','');
INSERT INTO "records" VALUES(1,39,5,'{"at":"2026-11-29T16:58:53.790Z","body":{"origin":"taleus-audit/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV/Pjzt-yZh4L_4C1XTqUhv6w","size":51,"verified":true},"kind":"receipt","seq":39,"session":"b19296112a1d32dae29f15ff9cb345ba","token":"f94c4ed558e5e378","v":1}',X'20394AA13C24FF64BF7D1E83F390DBCFFD41B6B03DF4EFD7275335F089B46087',X'','');
INSERT INTO "records" VALUES(1,40,5,'{"at":"2026-11-29T16:58:53.790Z","body":{"cause":"FoilAccepted","from":"VALIDATING_RESPONSE","to":"PROVISIONING_DATABASE","us":111},"kind":"transition","seq":40,"session":"b19296112a1d32dae29f15ff9cb345ba","token":"f94c4ed558e5e378","v":1}',X'D3DFDA8DEBE0E33873ABF0275B5CC512987E40F33AE6559BC92E4B30AE7748F6',X'','');
INSERT INTO "records" VALUES(1,41,6,'{"at":"2026-11-29T16:58:53.954Z","body":{"role":"stock","side":"dialer"},"details":"ZexMp5XWn9SIRLxS0394tFbF5MOOjn4pPAwHob2VvHQ","kind":"opened","seq":41,"session":"c33d0f96c511978430a18882eee0c519","token":"37153996eb36edd3","v":1}',X'BC82332A8EE586AABED2FD458361C37C8A79DD08A22F3DB9A2E7913FB5D88ED7',X'B7B65067756B8971D246CB2E9861B058','{"peer":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV"}');
INSERT INTO "records" VALUES(1,42,7,'{"at":"2026-11-29T16:58:54.149Z","body":{"role":"stock","side":"dialer"},"details":"y3oFCDKTr9qsSQz5NSUKZF5vP3jE-YzM1shLzNN9Lqg","kind":"opened","seq":42,"session":"e29c1c5925242b777de7e5add6782940","token":"653dd53aacf99bb0","v":1}',X'19E9A8FBD85C991B25328062D4BD6408CEA07721EAF6CCA70EC073FB9CB6FBDB',X'F94BAACEE68AF9A9C7C47EB46008F9DA','{"peer":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV"}');
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
INSERT INTO "sessions" VALUES(1,'ddcdf45c40c39dcd91f18002e1d76755','dialer','stock',X'826BEAEDD08133B5F72EC0CECA4033D44A64E4267B457B5B2FDEBD215705D97F',X'B8B194E637F5FE66368C245856A206707F103698529A3BFA8DA4560F7EFACC4B','12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV','12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL','DONE',1,1795971532802,NULL,1795971532848,NULL,'{"approved":true,"partyId":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV"],"provisionResult":{"receipt":{"checkpoint":"taleus-audit/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV/Pjzt-yZh4L_4C1XTqUhv6w\n7\nqLTD57mldSscqw2/+RaY88aWd/ZJ6xhmlYoVz+gbt0U=\n\n— taleus-audit/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV/Pjzt-yZh4L_4C1XTqUhv6w 20rCqLEhvlggXZ6wBwrHB+na1eAHESud4DIDqPEXAujH2RmcJWtUcURon/dCEDByTywradBDIYVoIV3E9y1r77doawo=\n","proof":"3IzyaBNaRdjmLIXN8HBKuqtURuV1NkfYL2DppKubXU+cgxSm8hlooFXU4F4IjX1jMXWDhP/7mHKpuODDh0nwT9Noj8scrPzHXalVtakr/uXIwt8sh2IIZBi3Q+4BS0dS","record":{"at":"2026-11-29T16:58:52.821Z","body":{"side":"listener"},"details":"mqZg0G_Ez5-4wqxMCCJRzsVjsHkL-hs6la53cVNfGlU","kind":"opened","seq":3,"session":"a5a1cae1739fcf7fd2bb1349b98ed45a","token":"b8b194e637f5fe66","v":1}},"tally":{"tallyId":"bciqcu4nvakjlfqv6b342fm7poyg56tibsoewiauh5a5xdnixwd3vsoq","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"taleus-sqlite:bciqcu4nvakjlfqv6b342fm7poyg56tibsoewiauh5a5xdnixwd3vsoq","credentialsRef":"file"},"draft":{"tally":{"version":1,"createdAt":"2026-11-29T16:58:52.822Z","nonce":"-UwuwESUbo5LwW15h7QalA","stock":{"partyId":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV","publicKey":"CAESILpVSsGozsYW-_inhePB-CKbMejqAOkHDiWDo2ba9PWo"},"foil":{"partyId":"12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL","publicKey":"CAESIBX2Jnuv1-QaXsqT_kv5QXtRIow8Wv4Zd0w6JrMU4xux"}},"signer":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV","signature":"fnvs2CeClVkVm4LicaAS4XB1HgRV4VkNAY21evMJRpX1AIDkkcdXKBG94AsT_5hHIdojfv07kW42s-6l4_2BAg"}},"sessionId":"a5a1cae1739fcf7fd2bb1349b98ed45a"}','','bciqcu4nvakjlfqv6b342fm7poyg56tibsoewiauh5a5xdnixwd3vsoq',1,'[]',0,1,'12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL');
INSERT INTO "sessions" VALUES(2,'a0bf7473a2505cf3c87a1258125c5d15','dialer','foil',X'7358814A53B50F24F0467714C642D4C893D8AB4AF248D5D017E40BE8772E3F46',X'66A6A3E75FAC03EE35B347BAFF19198E914C5031F1B9B2D74E8113266D512C4A','12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV','12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL','DONE',1,1795971533002,NULL,1795971533052,NULL,'{"receipt":{"checkpoint":"taleus-audit/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV/Pjzt-yZh4L_4C1XTqUhv6w\n19\noEct9XOH6S8Q7tKgoUOtfCgxkckqP681X6ALJJXYirA=\n\n— taleus-audit/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV/Pjzt-yZh4L_4C1XTqUhv6w 20rCqC2AuKGlhGhkvwV2pQq5hVjPYsoaFNRAWTktDjckBdyIv/I8wPJo41XJfZcbqo7K+NPBvOQaHHJhTtUzxlDbEA4=\n","proof":"h39+KVh4bJ+hNy0amsdqRRrCzaIKj7tCc5HODVtyz4EyAge6TOdMmVIdorvMP0GL3iW0auEUwCbgq1n/bGmTHIuzNrE5MAG2zgeW1JpM1O7lEVQWXkBZrR+u4E9pdBVTPKJuaIJJFKwX/JU98vvrvCEW1+6WDCn/Xp2k/5+0MY9+OXs46LBn+v1q8B+6Qhal2TNX/rCc1ao4Rkm5yPrDWg==","record":{"at":"2026-11-29T16:58:53.035Z","body":{"side":"listener"},"details":"80hemqvw2-_iFYq6gWOMKQsCJzMSWVT6Ps46jpXOKTk","kind":"opened","seq":14,"session":"b828c56e5a6256f9845baf101e35202e","token":"66a6a3e75fac03ee","v":1}},"approved":true,"partyId":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV"],"sessionId":"b828c56e5a6256f9845baf101e35202e","expiresInMs":43199997}','{"receipt":{"checkpoint":"taleus-audit/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV/Pjzt-yZh4L_4C1XTqUhv6w\n19\noEct9XOH6S8Q7tKgoUOtfCgxkckqP681X6ALJJXYirA=\n\n— taleus-audit/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV/Pjzt-yZh4L_4C1XTqUhv6w 20rCqC2AuKGlhGhkvwV2pQq5hVjPYsoaFNRAWTktDjckBdyIv/I8wPJo41XJfZcbqo7K+NPBvOQaHHJhTtUzxlDbEA4=\n","proof":"h39+KVh4bJ+hNy0amsdqRRrCzaIKj7tCc5HODVtyz4EyAge6TOdMmVIdorvMP0GL3iW0auEUwCbgq1n/bGmTHIuzNrE5MAG2zgeW1JpM1O7lEVQWXkBZrR+u4E9pdBVTPKJuaIJJFKwX/JU98vvrvCEW1+6WDCn/Xp2k/5+0MY9+OXs46LBn+v1q8B+6Qhal2TNX/rCc1ao4Rkm5yPrDWg==","record":{"at":"2026-11-29T16:58:53.035Z","body":{"side":"listener"},"details":"80hemqvw2-_iFYq6gWOMKQsCJzMSWVT6Ps46jpXOKTk","kind":"opened","seq":14,"session":"b828c56e5a6256f9845baf101e35202e","token":"66a6a3e75fac03ee","v":1}},"accepted":true,"tallyId":"bciqfkv6xrdrndblvhnfmtbzburf7xuvdhljjjg7baoowfgqomu6nura","draft":"verified"}','bciqfkv6xrdrndblvhnfmtbzburf7xuvdhljjjg7baoowfgqomu6nura',1,'[]',0,1,'12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL');
INSERT INTO "sessions" VALUES(3,'60cf0fa3f2879ae21a499db499df849a','dialer','stock',X'BBF07902A15704C81F83C21A09A09D279B2FD24DF24658FAF213A855F6C1572B',X'E95399CE18AA579F96CCE16E45505FE7BE5673D8482BA2A3251D785FFDE645B8','12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV','12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL','DONE',1,1795971533217,NULL,1795971533243,NULL,'{"approved":true,"partyId":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV"],"provisionResult":{"receipt":{"checkpoint":"taleus-audit/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV/Pjzt-yZh4L_4C1XTqUhv6w\n31\nHuAyWs5JvnxdR0x0CIblIrF6tUQfGRMsNrnX8A7znEQ=\n\n— taleus-audit/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV/Pjzt-yZh4L_4C1XTqUhv6w 20rCqIl9tBOVWNn+IFdoK3PwN7j71ZmvddXb3rlGQCio5P7fBaQfLGRPhTA4XCBA/ENP8F2VVdHtvF/bowsP0WVl/Qw=\n","proof":"mG/7KMadnr29INF15aJ0AdKbPkh4J8B7LST8BhKtWjiUpmf9swrvTBHRPF0jT7zmlosWcxT5K0Y6q0y5VakxQEqEP0e4Nt8scSTBsWKWfF+ua6rU1oSoRqoAOAXDcnxQFGI5mUEJxvz/+R58XiaZlkk6Bxx/A5+rCykcxD7YEjmdiBjFxOY3lOOOdnXaq4IX0SpC7sBRyYWuYy/p2cVxOg==","record":{"at":"2026-11-29T16:58:53.235Z","body":{"side":"listener"},"details":"rFdErT8jFcNJllImhdPEzY9iS3fYeRsxkqZTdEwEmRI","kind":"opened","seq":27,"session":"decbb1c845c9ae7d4ea9570547557fdf","token":"e95399ce18aa579f","v":1}},"tally":{"tallyId":"bciqioehoqqzhnfbvea2jco5btcnsb4vovekcbrmlrlp7msooa6qamgq","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"taleus-sqlite:bciqioehoqqzhnfbvea2jco5btcnsb4vovekcbrmlrlp7msooa6qamgq","credentialsRef":"file"},"draft":{"tally":{"version":1,"createdAt":"2026-11-29T16:58:53.236Z","nonce":"ZqPeMe0W3TwhPz68xZ-RFA","stock":{"partyId":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV","publicKey":"CAESILpVSsGozsYW-_inhePB-CKbMejqAOkHDiWDo2ba9PWo"},"foil":{"partyId":"12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL","publicKey":"CAESIBX2Jnuv1-QaXsqT_kv5QXtRIow8Wv4Zd0w6JrMU4xux"}},"signer":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV","signature":"TokKZrsJyU9w-sV4xmIFcH6W82crm2nJhLvM7p3Yn1Uenrk3Z26BXLQ8tXF2t9R7lFnEn6EeSxSsP4gQv5LKCA"}},"sessionId":"decbb1c845c9ae7d4ea9570547557fdf"}','','bciqioehoqqzhnfbvea2jco5btcnsb4vovekcbrmlrlp7msooa6qamgq',1,'[]',0,1,'12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL');
INSERT INTO "sessions" VALUES(4,'3093fc25bed276eafb431e3379305faa','dialer','foil',X'AA89BCC38B01949C7FC09150D6878C92C5F84BC63276FDDBEB9E8977B164E3EC',X'8A66E001D2765C2F6C4DAB58A53BAC3E20F6846FA9AD42780AFBBFECBBAC460F','12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV','12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL','REJECTED',1,1795971533542,NULL,1795971533594,'token_revoked','{"approved":false,"reason":"Invalid token","code":"token_revoked"}','','',0,'[]',0,0,'12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL');
INSERT INTO "sessions" VALUES(5,'b19296112a1d32dae29f15ff9cb345ba','dialer','foil',X'D71ECFF48BB75E060C10E189030FEB1B01DE67126A9117A296FFD7CE30C6A8E5',X'F94C4ED558E5E378E8FBE6BF7CD544AEF69993FF8570792046E0FF2FB219D604','12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV','12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL','PROVISIONING_DATABASE',1,1795971533749,NULL,NULL,NULL,'','','',0,'[]',0,1,'12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL');
INSERT INTO "sessions" VALUES(6,'c33d0f96c511978430a18882eee0c519','dialer','stock',X'B9CCCBB74D8ABC3688C1ED998CBE516F6719AADE0759A074CDDB4A149291C96B',X'37153996EB36EDD391CC9A46B53F55195FBE0F8B8B3A62C3F1021D43B0DBD94E','12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV','12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL','CONNECTING',1,1795971533954,NULL,NULL,NULL,'','','',0,'[]',0,1,'12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL');
INSERT INTO "sessions" VALUES(7,'e29c1c5925242b777de7e5add6782940','dialer','stock',X'55477FA840E0B086143A1AF3EB856ABFC046418C7C6EBAC353F6FC03762476D0',X'653DD53AACF99BB0BC2B97D97A6F5093DC0E5CFE16EE0956C56A46C06B8E6B03','12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV','12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL','CONNECTING',1,1795971534146,NULL,NULL,NULL,'','','',0,'[]',0,1,'12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL');
CREATE TABLE store_key (         -- one row, drawn at the first start
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;
INSERT INTO "store_key" VALUES(1,X'855069E7682B1290835F85E41CE5D32118680C3042C94C82326F886B023F41A5');
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
INSERT INTO "tallies" VALUES(1,'bciqcu4nvakjlfqv6b342fm7poyg56tibsoewiauh5a5xdnixwd3vsoq','dialer','stock',X'826BEAEDD08133B5F72EC0CECA4033D44A64E4267B457B5B2FDEBD215705D97F',X'B8B194E637F5FE66368C245856A206707F103698529A3BFA8DA4560F7EFACC4B','12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV','12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL','12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV"]','stock','taleus-sqlite:bciqcu4nvakjlfqv6b342fm7poyg56tibsoewiauh5a5xdnixwd3vsoq','file','{"tally":{"version":1,"createdAt":"2026-11-29T16:58:52.822Z","nonce":"-UwuwESUbo5LwW15h7QalA","stock":{"partyId":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV","publicKey":"CAESILpVSsGozsYW-_inhePB-CKbMejqAOkHDiWDo2ba9PWo"},"foil":{"partyId":"12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL","publicKey":"CAESIBX2Jnuv1-QaXsqT_kv5QXtRIow8Wv4Zd0w6JrMU4xux"}},"signer":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV","signature":"fnvs2CeClVkVm4LicaAS4XB1HgRV4VkNAY21evMJRpX1AIDkkcdXKBG94AsT_5hHIdojfv07kW42s-6l4_2BAg"}',1,0,1,1795971532848,'not_tried','','','');
INSERT INTO "tallies" VALUES(2,'bciqfkv6xrdrndblvhnfmtbzburf7xuvdhljjjg7baoowfgqomu6nura','dialer','foil',X'7358814A53B50F24F0467714C642D4C893D8AB4AF248D5D017E40BE8772E3F46',X'66A6A3E75FAC03EE35B347BAFF19198E914C5031F1B9B2D74E8113266D512C4A','12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV','12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL','12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV"]','foil','taleus-sqlite:bciqfkv6xrdrndblvhnfmtbzburf7xuvdhljjjg7baoowfgqomu6nura','file','{"tally":{"version":1,"createdAt":"2026-11-29T16:58:53.037Z","nonce":"ar3oXEg_4fF_cCKVRr16QQ","stock":{"partyId":"12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL","publicKey":"CAESIBX2Jnuv1-QaXsqT_kv5QXtRIow8Wv4Zd0w6JrMU4xux"},"foil":{"partyId":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV","publicKey":"CAESILpVSsGozsYW-_inhePB-CKbMejqAOkHDiWDo2ba9PWo"}},"signer":"12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL","signature":"kiLj7gVZ_ohjDj3E3XtMhjGxc5MV4NvQ1EBomyKN5aTRPBttNCrTpFZQBUfbUrtc2foRYbKxZyx0CupIS3BaBA"}',1,1,1,1795971533050,'not_tried','','','');
INSERT INTO "tallies" VALUES(3,'bciqioehoqqzhnfbvea2jco5btcnsb4vovekcbrmlrlp7msooa6qamgq','dialer','stock',X'BBF07902A15704C81F83C21A09A09D279B2FD24DF24658FAF213A855F6C1572B',X'E95399CE18AA579F96CCE16E45505FE7BE5673D8482BA2A3251D785FFDE645B8','12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV','12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL','12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV"]','stock','taleus-sqlite:bciqioehoqqzhnfbvea2jco5btcnsb4vovekcbrmlrlp7msooa6qamgq','file','{"tally":{"version":1,"createdAt":"2026-11-29T16:58:53.236Z","nonce":"ZqPeMe0W3TwhPz68xZ-RFA","stock":{"partyId":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV","publicKey":"CAESILpVSsGozsYW-_inhePB-CKbMejqAOkHDiWDo2ba9PWo"},"foil":{"partyId":"12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL","publicKey":"CAESIBX2Jnuv1-QaXsqT_kv5QXtRIow8Wv4Zd0w6JrMU4xux"}},"signer":"12D3KooWNMjS5q5BQcq8jyoBdDAsx7gD5W6THkKDVk9ditbY2HbV","signature":"TokKZrsJyU9w-sV4xmIFcH6W82crm2nJhLvM7p3Yn1Uenrk3Z26BXLQ8tXF2t9R7lFnEn6EeSxSsP4gQv5LKCA"}',1,0,1,1795971533243,'not_tried','','','');
CREATE TABLE trails (            -- of each node; what was restored begins another one, and the newest is written to
    number INTEGER PRIMARY KEY,
    node   TEXT NOT NULL,
    origin TEXT NOT NULL UNIQUE,                   -- the name that its heads are signed under
    size   INTEGER NOT NULL,
    edge   BLOB NOT NULL,                          -- roots of the perfect subtrees that it is made of, largest first
    erased INTEGER NOT NULL DEFAULT 0              -- records below it have lost their details
) STRICT;
INSERT INTO "trails" VALUES(1,'12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL','taleus-audit/12D3KooWBJ6Rist531fNfGhwucUWUaxpCUmsGHz7Z2ZWBhA8bLWL/Cbmgq4zmKLCzZlyC6n54sQ',43,X'3E0C6A5B214FF59AC015BB591C42F1E67698BA1233D07FC40C36C68D2832B08D997C2B339CBF823CDB4CFFDF50D22ABA89C452518EE3E16BB93A50324787B2F3C3108B8577A261FDDC58EF1E3807405B632F84B83D7F66CB28E05677E7363DEB19E9A8FBD85C991B25328062D4BD6408CEA07721EAF6CCA70EC073FB9CB6FBDB',0);
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
INSERT INTO "transitions" VALUES(1,1,1795971532818,'CONNECTING','SENDING_CONTACT','Connected',15644);
INSERT INTO "transitions" VALUES(1,2,1795971532821,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',3409);
INSERT INTO "transitions" VALUES(1,3,1795971532847,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',26013);
INSERT INTO "transitions" VALUES(1,4,1795971532848,'VALIDATING_RESPONSE','DONE','StockAccepted',292);
INSERT INTO "transitions" VALUES(2,1,1795971533035,'CONNECTING','SENDING_CONTACT','Connected',33107);
INSERT INTO "transitions" VALUES(2,2,1795971533035,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',276);
INSERT INTO "transitions" VALUES(2,3,1795971533037,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',1696);
INSERT INTO "transitions" VALUES(2,4,1795971533037,'VALIDATING_RESPONSE','PROVISIONING_DATABASE','FoilAccepted',90);
INSERT INTO "transitions" VALUES(2,5,1795971533050,'PROVISIONING_DATABASE','SENDING_DATABASE','Provisioned',13508);
INSERT INTO "transitions" VALUES(2,6,1795971533051,'SENDING_DATABASE','AWAITING_ACKNOWLEDGEMENT','DatabaseSent',340);
INSERT INTO "transitions" VALUES(2,7,1795971533052,'AWAITING_ACKNOWLEDGEMENT','DONE','Acknowledged',1410);
INSERT INTO "transitions" VALUES(3,1,1795971533235,'CONNECTING','SENDING_CONTACT','Connected',17595);
INSERT INTO "transitions" VALUES(3,2,1795971533236,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',1239);
INSERT INTO "transitions" VALUES(3,3,1795971533243,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',6332);
INSERT INTO "transitions" VALUES(3,4,1795971533243,'VALIDATING_RESPONSE','DONE','StockAccepted',171);
INSERT INTO "transitions" VALUES(4,1,1795971533589,'CONNECTING','SENDING_CONTACT','Connected',47717);
INSERT INTO "transitions" VALUES(4,2,1795971533594,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',4196);
INSERT INTO "transitions" VALUES(4,3,1795971533594,'AWAITING_RESPONSE','REJECTED','ResponseRead',426);
INSERT INTO "transitions" VALUES(5,1,1795971533760,'CONNECTING','SENDING_CONTACT','Connected',10398);
INSERT INTO "transitions" VALUES(5,2,1795971533760,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',464);
INSERT INTO "transitions" VALUES(5,3,1795971533790,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',30172);
INSERT INTO "transitions" VALUES(5,4,1795971533790,'VALIDATING_RESPONSE','PROVISIONING_DATABASE','FoilAccepted',111);
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
