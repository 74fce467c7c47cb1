PRAGMA application_id=1413565523;
PRAGMA user_version=6;
BEGIN TRANSACTION;
CREATE TABLE bundles (           -- append only but for details, which are erased; by number: its rows are large
    number  INTEGER PRIMARY KEY,
    trail   INTEGER NOT NULL REFERENCES trails (number),
    first   INTEGER NOT NULL,                      -- number of its first record; from 0, without gaps
    leaves  BLOB NOT NULL,                         -- hashes of the records, 32 bytes each
    details TEXT NOT NULL,                         -- a line a record: salt (base64url), a space, canonical JSON; or ''
    records TEXT NOT NULL,                         -- a line a record: canonical JSON, what is hashed
    UNIQUE (trail, first)
) STRICT;
INSERT INTO "bundles" VALUES(1,1,0,X'300764E8AE48B79CFDE8CF5C9325EA4ED097EDA19B01A3D6800AF8116FCFB7F1CFCCB71C26F18531E808437E137C2E45C24D37882FAA62A5BA8E4D221981A1D5','
04Gv55SvPT3KEefqwIgUyg {"peer":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4"}
','{"at":"2026-11-30T08:52:45.434Z","body":{"cause":"first"},"kind":"trail_started","seq":0,"v":1}
{"at":"2026-11-30T08:52:45.434Z","body":{"role":"stock","side":"dialer"},"details":"QvJ2js1mjOGi4QRrBc99xrM7h5phZSVBnomiUSO5Evk","kind":"opened","seq":1,"session":"a8e914404544e362db4440776881ee84","token":"a6dc1d90da311233","v":1}
');
INSERT INTO "bundles" VALUES(2,1,2,X'891F1C70724583A436777DC54C126FE9C4094090E57EC1B27FBC5F1FE9D1BCC5','','{"at":"2026-11-30T08:52:45.439Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":5236},"kind":"transition","seq":2,"session":"a8e914404544e362db4440776881ee84","then":[{"at":"2026-11-30T08:52:45.440Z","body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":1133},"kind":"transition"},{"at":"2026-11-30T08:52:45.470Z","body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":29228},"kind":"transition"},{"body":{"origin":"taleus-audit/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4/IBKGXpiC7xPgIw0M2L10gA","size":5,"verified":true},"kind":"receipt"},{"body":{"tallyId":"bciqhqf7mqmch67skgelodani55zgu6nb2rcb5alne7hijgqckiujnza"},"kind":"decided"},{"body":{"cause":"StockAccepted","from":"VALIDATING_RESPONSE","to":"DONE","us":482},"kind":"transition"},{"body":{"outcome":"done"},"kind":"ended"}],"token":"a6dc1d90da311233","v":2}
');
INSERT INTO "bundles" VALUES(3,1,3,X'F5238344B901F8946869E4BED601B5494718A206D7559D8A3992760A3C741409','30Akfrl3mhL_L-dijCWRcA {"peer":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4"}
','{"at":"2026-11-30T08:52:45.583Z","body":{"role":"foil","side":"dialer"},"details":"aPxJMYuZOX63bOhJ1B2HMRX3IzQr0B5WKcNUa2b2fds","kind":"opened","seq":3,"session":"e63604b110a61f43c756caa3216bd5d9","token":"d968dca815bc2636","v":1}
');
INSERT INTO "bundles" VALUES(4,1,4,X'D693DBC8F290D45E5F864D1F42E057044C58CFBF6E462B6B8705E1B60AFE87DB','','{"at":"2026-11-30T08:52:45.596Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":13263},"kind":"transition","seq":4,"session":"e63604b110a61f43c756caa3216bd5d9","then":[{"body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":593},"kind":"transition"},{"at":"2026-11-30T08:52:45.601Z","body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":5091},"kind":"transition"},{"body":{"origin":"taleus-audit/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4/IBKGXpiC7xPgIw0M2L10gA","size":10,"verified":true},"kind":"receipt"},{"body":{"cause":"FoilAccepted","from":"VALIDATING_RESPONSE","to":"PROVISIONING_DATABASE","us":189},"kind":"transition"}],"token":"d968dca815bc2636","v":2}
');
INSERT INTO "bundles" VALUES(5,1,5,X'07AEE618D1E2029B549538E0A016366BB55D9B72BC5460B8DB240589A6D85EF3','','{"at":"2026-11-30T08:52:45.613Z","body":{"hook":"provisioner","outcome":"made"},"kind":"hook","seq":5,"session":"e63604b110a61f43c756caa3216bd5d9","token":"d968dca815bc2636","v":1}
');
INSERT INTO "bundles" VALUES(6,1,6,X'6AF763AC1229882654216F18D339027528BD0D1CFED6737B5AE3400CCDA7B38C','','{"at":"2026-11-30T08:52:45.617Z","body":{"cause":"Provisioned","from":"PROVISIONING_DATABASE","to":"SENDING_DATABASE","us":15702},"kind":"transition","seq":6,"session":"e63604b110a61f43c756caa3216bd5d9","then":[{"at":"2026-11-30T08:52:45.619Z","body":{"cause":"DatabaseSent","from":"SENDING_DATABASE","to":"AWAITING_ACKNOWLEDGEMENT","us":1451},"kind":"transition"},{"at":"2026-11-30T08:52:45.622Z","body":{"tallyId":"bciqfsrqaj2sbgrkxuyaqj5fmvc7azs4nh2y3apemhb77opbfmy2gb2y"},"kind":"decided"},{"body":{"cause":"Acknowledged","from":"AWAITING_ACKNOWLEDGEMENT","to":"DONE","us":3230},"kind":"transition"},{"body":{"outcome":"done"},"kind":"ended"}],"token":"d968dca815bc2636","v":2}
');
INSERT INTO "bundles" VALUES(7,1,7,X'78AECCD26A05A5DFCFBDE8E8E942D6BC4BCF983E600738EF70513E32F91C8791','ZOGi_vO2LLMITDWgDW6zhQ {"peer":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4"}
','{"at":"2026-11-30T08:52:45.750Z","body":{"role":"stock","side":"dialer"},"details":"ZUCvrJYWxXQ4mDe01agReWePpbcVo1acUr0nVHkLfTA","kind":"opened","seq":7,"session":"4beb536c306b53b06c398c5769a59ef4","token":"a36e329de039df22","v":1}
');
INSERT INTO "bundles" VALUES(8,1,8,X'198C154AE380A5044F8571B1304356817DC116D191D0675CA375741467C0E2E6','','{"at":"2026-11-30T08:52:45.763Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":13312},"kind":"transition","seq":8,"session":"4beb536c306b53b06c398c5769a59ef4","then":[{"at":"2026-11-30T08:52:45.764Z","body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":382},"kind":"transition"},{"at":"2026-11-30T08:52:45.778Z","body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":13891},"kind":"transition"},{"body":{"origin":"taleus-audit/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4/IBKGXpiC7xPgIw0M2L10gA","size":16,"verified":true},"kind":"receipt"},{"body":{"tallyId":"bciqiudm2yoqt5fk3awxja2eccaqhsgj2jn4lrpix6vmh6i37lkhwv6y"},"kind":"decided"},{"body":{"cause":"StockAccepted","from":"VALIDATING_RESPONSE","to":"DONE","us":332},"kind":"transition"},{"body":{"outcome":"done"},"kind":"ended"}],"token":"a36e329de039df22","v":2}
');
INSERT INTO "bundles" VALUES(9,1,9,X'2214A84184A632EAB9DABFB76A1D61E299EBA300DAA1D6517699933EFA86731D','_aGnh9zegC8YTAzQNT-ZIA {"peer":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4"}
','{"at":"2026-11-30T08:52:45.946Z","body":{"role":"foil","side":"dialer"},"details":"d02IarojS3qoO-lTI2FeslY4Ojyxzx27E3ZUcZoJYVE","kind":"opened","seq":9,"session":"4407041aa87b2a642c1d4e4f46206a38","token":"9da2ac4d05c3e80e","v":1}
');
INSERT INTO "bundles" VALUES(10,1,10,X'AF8CF2384FF88E78C6DF02AC6EEE4B33FFE07865E4308D7336122B8B225B44A36B216E25B8DE572A594A85D1154CCEC97E1824DE69DB2FADAE287DAB67976813','
7MzCRalpaSDgSUBijDxBLQ {"reason":"Invalid token"}
','{"at":"2026-11-30T08:52:45.963Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":17960},"kind":"transition","seq":10,"session":"4407041aa87b2a642c1d4e4f46206a38","then":[{"at":"2026-11-30T08:52:45.964Z","body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":863},"kind":"transition"}],"token":"9da2ac4d05c3e80e","v":2}
{"at":"2026-11-30T08:52:45.964Z","body":{"code":"token_revoked"},"details":"0MFVLiwQPBJUFNNEIO8rm-wWUkomQFPJGdX5dA3k5ms","kind":"refused","seq":11,"session":"4407041aa87b2a642c1d4e4f46206a38","then":[{"body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"REJECTED","us":119},"kind":"transition"},{"at":"2026-11-30T08:52:45.965Z","body":{"code":"token_revoked","outcome":"rejected"},"kind":"ended"}],"token":"9da2ac4d05c3e80e","v":2}
');
INSERT INTO "bundles" VALUES(11,1,12,X'ED857489F4A99D9EA86F2EF7142BAB5151D1DD500B19E45F7B5A47E160B28AB8','6uF67SlzcwowIoDD7oZPLA {"peer":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4"}
','{"at":"2026-11-30T08:52:46.053Z","body":{"role":"foil","side":"dialer"},"details":"pXZAamijRIQjTnOHXfDD35EZhRc26gq73aEAGfXg-DE","kind":"opened","seq":12,"session":"5e552f220913ca9716be66abe22c0b67","token":"50022d5687d32f0a","v":1}
');
INSERT INTO "bundles" VALUES(12,1,13,X'3FA13D3A6B5A17D8F6CF516B411F1DF15896BB8BC640279342AEF5DA64E84771','','{"at":"2026-11-30T08:52:46.061Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":8242},"kind":"transition","seq":13,"session":"5e552f220913ca9716be66abe22c0b67","then":[{"at":"2026-11-30T08:52:46.062Z","body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":943},"kind":"transition"},{"at":"2026-11-30T08:52:46.066Z","body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":3604},"kind":"transition"},{"body":{"origin":"taleus-audit/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4/IBKGXpiC7xPgIw0M2L10gA","size":26,"verified":true},"kind":"receipt"},{"body":{"cause":"FoilAccepted","from":"VALIDATING_RESPONSE","to":"PROVISIONING_DATABASE","us":227},"kind":"transition"}],"token":"50022d5687d32f0a","v":2}
');
INSERT INTO "bundles" VALUES(13,1,14,X'B7F9CFCD083FBCF776486B6BC0402795A2E17DD6631FD117504593FDA98CE57A','p-eDSogKUGKpg3vIPUI-6w {"peer":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4"}
','{"at":"2026-11-30T08:52:46.138Z","body":{"role":"stock","side":"dialer"},"details":"YuO_GCs2bvhEUH8ZWaSH2AQZ8cKxnuswTYoW2Yx-u_k","kind":"opened","seq":14,"session":"d0ce92e348168b324d21ec481a7396a9","token":"7d560f9801c3e906","v":1}
');
INSERT INTO "bundles" VALUES(14,1,15,X'B8F211B2655AB7F4562B25CEE0CD5A980E4B1217035DA952F2C7A72DB2547113','j-RV3Rp51doflQYgwE70xA {"peer":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4"}
','{"at":"2026-11-30T08:52:46.238Z","body":{"role":"stock","side":"dialer"},"details":"oIJC2BudCpv2N31gUGJ0x1tXCCZ9_J3U5fe2kRkAmt8","kind":"opened","seq":15,"session":"ac1ca624fcd0811b0153ee4a35f93bd4","token":"30bf782138670b9e","v":1}
');
CREATE TABLE counters (          -- values that only rise
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE filed (             -- which bundles tell of a session, to find them by
    session INTEGER NOT NULL,
    trail   INTEGER NOT NULL,
    first   INTEGER NOT NULL,
    PRIMARY KEY (session, trail, first)
) STRICT, WITHOUT ROWID;
INSERT INTO "filed" VALUES(1,1,0);
INSERT INTO "filed" VALUES(1,1,2);
INSERT INTO "filed" VALUES(2,1,3);
INSERT INTO "filed" VALUES(2,1,4);
INSERT INTO "filed" VALUES(2,1,5);
INSERT INTO "filed" VALUES(2,1,6);
INSERT INTO "filed" VALUES(3,1,7);
INSERT INTO "filed" VALUES(3,1,8);
INSERT INTO "filed" VALUES(4,1,9);
INSERT INTO "filed" VALUES(4,1,10);
INSERT INTO "filed" VALUES(5,1,12);
INSERT INTO "filed" VALUES(5,1,13);
INSERT INTO "filed" VALUES(6,1,14);
INSERT INTO "filed" VALUES(7,1,15);
CREATE TABLE heads (             -- append only: one a commit
    trail     INTEGER NOT NULL REFERENCES trails (number),
    size      INTEGER NOT NULL,
    root      BLOB NOT NULL CHECK (length(root) = 32),
    signature BLOB NOT NULL CHECK (length(signature) = 64),
    PRIMARY KEY (trail, size)
) STRICT, WITHOUT ROWID;
INSERT INTO "heads" VALUES(1,2,X'31A1248EB1C658CD19288B1A0D516E6807F9076AD768EE752F65735F3FEF949A',X'B1E4A89FE8204400275542B7A82B670FF287DC17751BF3545E19C5E8326596723624F4B1C0CFBE33E512C26D99AF6BB45DC018F29EFD2ED23AD5495E57AC6A0F');
INSERT INTO "heads" VALUES(1,3,X'38D0C1CF5AB19674211E724B4DA2D55B38E2FD2AB2D4F850B72903DAE2E2FF4F',X'24E7A07030A0D081DB7C4C833416D3CEE24BC4F8B7F5B590615596E00F336F4272160BE231884A1E1A41B0C7D663A47C5538AA238E849973302D68B5D6327302');
INSERT INTO "heads" VALUES(1,4,X'BEFD559A2C424B6360A102949272E25F8D766CDF3C61D0B809C847A7B0CB0473',X'A4897AA747057B7F492F6FEDFBDC5A32FD3A3B018E158B3474851828E5D5FE7AAFABEC1F2E62581E46FB8184F05D5BEE290E4CCE45195D97D0ABE9443F53D702');
INSERT INTO "heads" VALUES(1,5,X'C17AFBF5433C4AFC4EEFBDDF364E22184A5A0AC91B1BA677D61050F65BDD3EB6',X'27E27656C7D14356DD4E9A1E584258D3C28F452D2CF633DDA5776DCA456BFF3A8677DAF4E9545A9B2C0C10F2A794A91D26D95FD716013C24462C3B380CEDB204');
INSERT INTO "heads" VALUES(1,6,X'C7E33AEAF7B2B84CF63183D449715CCA5A3243C32435F134420E200E212A65A6',X'ABD45B085862A1110DFCEF734B50E188C70361982BCB5FBCDE76A20E4E7F106EC16404506A5D499D3D5D3814F7EE2F70B8D8E559B440E20D2F428F26F96DCF06');
INSERT INTO "heads" VALUES(1,7,X'557EC60D78805CA4F6C2ADEE0C63AA9D4CB21D158CD380B0B621E84FD7F0105E',X'106377F1CB688DD15E6FA4A6A7A1C72A0E9531AA94D5C142B2F4BECBE58AFC462953F49F03B086E4C5BD229BEC2B77FC313A1411C1CC39E1EE1EE566BBAE3C0B');
INSERT INTO "heads" VALUES(1,8,X'B09D107B7551FFB28442213F761B1A6B2B545A37F1A849A19BBE5DEC0C78C820',X'061508EBE3B8D8EBECCB719F96FDA2AEC2654DEFBFBAD1FD8AB8FA5298A42DD96143E39BC24A4D5D916EEE33699732B132795DF183FD1D220D35F074867E5F0E');
INSERT INTO "heads" VALUES(1,9,X'179C32C19DBD8CF4EDA4F9F5390DFFD600A1568F14E4A71C6AEF7D2564348EBE',X'E27430AFC53697C734415A4FC50875CD88574C00AD7B3E9DDE273531B7C6D73F219C83E36791713E50343869AE647DFA1215C722899B4CE2D52380F7FBBEA70E');
INSERT INTO "heads" VALUES(1,10,X'182644FD61C4ADEA3A14768CE04C9D165289FCE8DBAE77AEF9DAC25A35C1DADE',X'455B8ED477451CDF92D801719D1DE5E6EC1BF9670AED6BF1BD7821D8390C2A83C2C889772BC96EF3608E1DF4552D383838CD0A58E03CBD21AE54BE003711980B');
INSERT INTO "heads" VALUES(1,12,X'D5933770A5CE2D85949B2F8566CBB9F5D06CF481D47D5BF30CC8D1E46F9A158A',X'69B1058F799E99DAD9FAC197F6ED2DDD6DA76B72ACF3B2D29A8C4B5220C23B3CCCBDAA691AD22FA97E1A41C0B60A6E66A883DDD74CCDC5967ABF1D83F4F0430E');
INSERT INTO "heads" VALUES(1,13,X'DE2E5DFA8FCBB1378F5D5936A2D4F39DA66294587FD5874821FC52A55AC79414',X'77FA61AE57FAE65F921DE6AB4C556D07D339E19FDC480709E2B5A30AF703BAD5E021D14B7B6C1EDD60122E848C0461A23DF5EAD6757E13FD7302196982C7CF0C');
INSERT INTO "heads" VALUES(1,14,X'0C6ED54E87DCB5C68F6A2A662FD05299DDA5EB5AD2A43C2D59A2F79D6D7B864E',X'80C5B1DBD8EDD518FF00C9CAFC279B4D4B61464584D2719B64742489F635E2DD2C2AB112071242D81DF9849830E78C3E83A3BECC5BF03A90B6EA3FE5664E720F');
INSERT INTO "heads" VALUES(1,15,X'6ABE7F86FFE8563523AAAE2C954362D34BBB95FF6EED55B658B2B731C9344AFA',X'E927DE29FF87517CD6B8879AB2A5B92451594C5AF0713FB2712F38FCE1F271E279EFC354544C4C516DE18BB754D42E14DAB19D0C83D4201A55F7F1F662D57A06');
INSERT INTO "heads" VALUES(1,16,X'2F958A89340E26C2EB1BB0DDF3E5333E4C7C5E35EB248F78AFA6D6C7C071DBDD',X'1CCA516C818E0C2582D200C0590C74259568AD7FAF8A058C8E3EE68F191D22637B2B4DB8DDE3E030A65B94F9A53CFAF4312CA4EC4410CA3B20374818C822CA07');
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
INSERT INTO "instances" VALUES(1,X'ED075BD60CCF71D22FEFA6B9ADF03D545DCC0E840833442616D4E2BA90F20FB1','dialer',X'52CDBF35C9E8A8FBE2B14C238570BC2EDB50366536C4BD8138EC4A8381EE6C44',2,'bciqfsrqaj2sbgrkxuyaqj5fmvc7azs4nh2y3apemhb77opbfmy2gb2y','{"tally":{"version":1,"createdAt":"2026-11-30T08:52:45.601Z","nonce":"JZX6mu5Kuef0f3pV757KoA","stock":{"partyId":"12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp","publicKey":"CAESIJDXelb4QmyCBvJKkuFUJ3zATN63blfleUNwNMoUYVrp"},"foil":{"partyId":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4","publicKey":"CAESIPoYqGlHZBmTImLwa3oq1Wwe2sQFVvcTriZD7jY9ywhb"}},"signer":"12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp","signature":"-4M7biFmLNkRVmPJ11W0Kd4R8I9xxfMknxA24CIQ-rOAoWxPAtxBKhbSLJu2c7aUsUiVc8Q4Ew-i_Q-vLGTvCg"}','adopted',1796028765601,'9wGTO8o7I2XwKSdnt6RRH0m-wCA22vqWGMR9wLksAUbKGxKPjfVm_IebZTift_BAx0MbQsqwDGW2AwtCiPt9UOGPzfqgC5F924EtBKrPlxAeYFM');
INSERT INTO "instances" VALUES(2,X'962013846C160C96C7540CA3FC0534952FDCF1D9D913847EDB7035BC34682D50','dialer',X'FE9C3A246466D19754753A44B2571EBC5432F91DD3243E3B214E447174BE66C0',5,'bciqbtwffjqx5yrw3pbs2xk7ddvh4vk5f54w7grrdekjptejypchkx6i','{"tally":{"version":1,"createdAt":"2026-11-30T08:52:46.066Z","nonce":"aT5N6sQniYAuO64YHHz7mA","stock":{"partyId":"12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp","publicKey":"CAESIJDXelb4QmyCBvJKkuFUJ3zATN63blfleUNwNMoUYVrp"},"foil":{"partyId":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4","publicKey":"CAESIPoYqGlHZBmTImLwa3oq1Wwe2sQFVvcTriZD7jY9ywhb"}},"signer":"12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp","signature":"Tw9_WrWBaJePmWj2iicLxVX9x0yg64qeNa9GcAcA3Fpe_bHrN2VnEh5yVoyQ_D3rOoHbOU0h0Fgz4RzrN9hsDg"}','made',1796028766066,'61oXrOZpRcz9-pQJxJthzyuHuKwPKAeNVVsFrMYnAeZGvH1srFHPF7_idD46IeDIMehKwkP5-Ii1O3T9L44cFh7KeTWOvadK-kIK0m0uVNa1a1Y');
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
INSERT INTO "receipts" VALUES(1,'{"checkpoint":"taleus-audit/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4/IBKGXpiC7xPgIw0M2L10gA\n5\nmLEffhSffVMU/MJx4hEd3YaN6XoFaFHBuG552bAG1L4=\n\n— taleus-audit/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4/IBKGXpiC7xPgIw0M2L10gA trkSW/S1bzVXSkD+WttgVlcfG8doJcjVpuEWf/EjWZIR3HA2KG9mUY73JSX0H5viiwRqL0/zJOBv3SC3isW3oQ0RMws=\n","proof":"ShNLEg+s9kaUVV8BFlowCR8RVy6P5z/TxB4pifnlSi/U4hkAFh/tMNVROi8yNihnAFn5HES6FtGyFIM+5qvzu83saVwJ1BUlzeEjNEqJQC0dJv0PP1op2kZ1zacZsV2k","record":{"at":"2026-11-30T08:52:45.440Z","body":{"side":"listener"},"details":"TnZYenOb3-F6cSmOhy0bl7AZpdraSrRuD7inowTN-ak","kind":"opened","seq":3,"session":"ebcca7ee6bb776ec567d8c5d47237d67","token":"a6dc1d90da311233","v":1}}');
INSERT INTO "receipts" VALUES(2,'{"checkpoint":"taleus-audit/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4/IBKGXpiC7xPgIw0M2L10gA\n10\nbgn7qF1S+KZ9cK8eQZKm4K3FRsRwEsHQqcQHCTkjAMA=\n\n— taleus-audit/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4/IBKGXpiC7xPgIw0M2L10gA trkSW9iP6ZxmN2IqlYXHXpgBQJO+DRVXFIvQBlfvNwsjuFaxLNoJUQpyD//qW9ouP6d3nbJKUY9vUNYWI9mliFd9ZQI=\n","proof":"4lBvdv6H+gSNRg9hTQfsq8xHsk0mignWd87m0aypqNS7NEAZgnPtlR1bJxRYkXgi1+ytj5SdlTbSW40OKEgFcA==","record":{"at":"2026-11-30T08:52:45.596Z","body":{"side":"listener"},"details":"l1ff_xxBjRbGBHeY27Zg26mgAWu0xOOlnydRF5cCd7c","kind":"opened","seq":8,"session":"6523ed0e9e91a14f4ab2e8e6134db956","token":"d968dca815bc2636","v":1}}');
INSERT INTO "receipts" VALUES(3,'{"checkpoint":"taleus-audit/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4/IBKGXpiC7xPgIw0M2L10gA\n16\n43gQAmFb/pYUPeNyUJP+sWhjAhRNOLg8X8i9b58BNrk=\n\n— taleus-audit/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4/IBKGXpiC7xPgIw0M2L10gA trkSW7TE5UuIUCTk16cT9ySvBgtHDCyumYyU14qM21oR/nk+omZknYtwhux0zmT1R/CmBGc1B+eVCNGZW8oot0OeMw0=\n","proof":"+WfPLA7oRmoyW0CleC1Tz5/onJkWi20/eBZQph04I6AIPwvYfaPJvMPFsQicIkzpw2N5vs/v7AT5wMArrEBa8+ksn3d3f0x+IR8YQSKeVaoo2PKfm0vPu9izGW1h35bJuzRAGYJz7ZUdWycUWJF4ItfsrY+UnZU20luNDihIBXA=","record":{"at":"2026-11-30T08:52:45.764Z","body":{"side":"listener"},"details":"w38PFipFioBrvarbdghsbi6HFfOU5Dt0hNSvAFNgOJs","kind":"opened","seq":14,"session":"a86fb8a05fbb73ba5bfb129bd638b77d","token":"a36e329de039df22","v":1}}');
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
INSERT INTO "sessions" VALUES(1,'a8e914404544e362db4440776881ee84','dialer','stock',X'57E765BCC1E234C02378773BAFCD4C3A2A27745DFF6C9DEBD0C12E6987005EB8',X'A6DC1D90DA31123303B694871DCABC9A1D7591B02E365424546BFE70CD76797D','12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4','12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp','DONE',1,1796028765434,NULL,1796028765470,NULL,'{"approved":true,"partyId":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4"],"provisionResult":{"receipt":{"checkpoint":"taleus-audit/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4/IBKGXpiC7xPgIw0M2L10gA\n5\nmLEffhSffVMU/MJx4hEd3YaN6XoFaFHBuG552bAG1L4=\n\n— taleus-audit/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4/IBKGXpiC7xPgIw0M2L10gA trkSW/S1bzVXSkD+WttgVlcfG8doJcjVpuEWf/EjWZIR3HA2KG9mUY73JSX0H5viiwRqL0/zJOBv3SC3isW3oQ0RMws=\n","proof":"ShNLEg+s9kaUVV8BFlowCR8RVy6P5z/TxB4pifnlSi/U4hkAFh/tMNVROi8yNihnAFn5HES6FtGyFIM+5qvzu83saVwJ1BUlzeEjNEqJQC0dJv0PP1op2kZ1zacZsV2k","record":{"at":"2026-11-30T08:52:45.440Z","body":{"side":"listener"},"details":"TnZYenOb3-F6cSmOhy0bl7AZpdraSrRuD7inowTN-ak","kind":"opened","seq":3,"session":"ebcca7ee6bb776ec567d8c5d47237d67","token":"a6dc1d90da311233","v":1}},"tally":{"tallyId":"bciqhqf7mqmch67skgelodani55zgu6nb2rcb5alne7hijgqckiujnza","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"taleus-sqlite:bciqhqf7mqmch67skgelodani55zgu6nb2rcb5alne7hijgqckiujnza","credentialsRef":"file"},"draft":{"tally":{"version":1,"createdAt":"2026-11-30T08:52:45.441Z","nonce":"vRdB1UFiJwjYps_8vX-M5Q","stock":{"partyId":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4","publicKey":"CAESIPoYqGlHZBmTImLwa3oq1Wwe2sQFVvcTriZD7jY9ywhb"},"foil":{"partyId":"12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp","publicKey":"CAESIJDXelb4QmyCBvJKkuFUJ3zATN63blfleUNwNMoUYVrp"}},"signer":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4","signature":"fEg2flaQyuhVJcJKJsM5lOw2GbN-70rGDoDbnXbt5tsQYlxWO5AjHpbPqcU_C2SLNzuOqI5pU0IIPtTXkx1GCw"}},"sessionId":"ebcca7ee6bb776ec567d8c5d47237d67"}','','bciqhqf7mqmch67skgelodani55zgu6nb2rcb5alne7hijgqckiujnza',1,'[]',0,1,'12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp');
INSERT INTO "sessions" VALUES(2,'e63604b110a61f43c756caa3216bd5d9','dialer','foil',X'52CDBF35C9E8A8FBE2B14C238570BC2EDB50366536C4BD8138EC4A8381EE6C44',X'D968DCA815BC2636C790659305DBFA090EA0719177C1B9B7F4BCE1B17C7BB369','12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4','12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp','DONE',1,1796028765582,NULL,1796028765622,NULL,'{"receipt":{"checkpoint":"taleus-audit/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4/IBKGXpiC7xPgIw0M2L10gA\n10\nbgn7qF1S+KZ9cK8eQZKm4K3FRsRwEsHQqcQHCTkjAMA=\n\n— taleus-audit/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4/IBKGXpiC7xPgIw0M2L10gA trkSW9iP6ZxmN2IqlYXHXpgBQJO+DRVXFIvQBlfvNwsjuFaxLNoJUQpyD//qW9ouP6d3nbJKUY9vUNYWI9mliFd9ZQI=\n","proof":"4lBvdv6H+gSNRg9hTQfsq8xHsk0mignWd87m0aypqNS7NEAZgnPtlR1bJxRYkXgi1+ytj5SdlTbSW40OKEgFcA==","record":{"at":"2026-11-30T08:52:45.596Z","body":{"side":"listener"},"details":"l1ff_xxBjRbGBHeY27Zg26mgAWu0xOOlnydRF5cCd7c","kind":"opened","seq":8,"session":"6523ed0e9e91a14f4ab2e8e6134db956","token":"d968dca815bc2636","v":1}},"approved":true,"partyId":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4"],"sessionId":"6523ed0e9e91a14f4ab2e8e6134db956","expiresInMs":43199994}','{"receipt":{"checkpoint":"taleus-audit/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4/IBKGXpiC7xPgIw0M2L10gA\n10\nbgn7qF1S+KZ9cK8eQZKm4K3FRsRwEsHQqcQHCTkjAMA=\n\n— taleus-audit/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4/IBKGXpiC7xPgIw0M2L10gA trkSW9iP6ZxmN2IqlYXHXpgBQJO+DRVXFIvQBlfvNwsjuFaxLNoJUQpyD//qW9ouP6d3nbJKUY9vUNYWI9mliFd9ZQI=\n","proof":"4lBvdv6H+gSNRg9hTQfsq8xHsk0mignWd87m0aypqNS7NEAZgnPtlR1bJxRYkXgi1+ytj5SdlTbSW40OKEgFcA==","record":{"at":"2026-11-30T08:52:45.596Z","body":{"side":"listener"},"details":"l1ff_xxBjRbGBHeY27Zg26mgAWu0xOOlnydRF5cCd7c","kind":"opened","seq":8,"session":"6523ed0e9e91a14f4ab2e8e6134db956","token":"d968dca815bc2636","v":1}},"accepted":true,"tallyId":"bciqfsrqaj2sbgrkxuyaqj5fmvc7azs4nh2y3apemhb77opbfmy2gb2y","draft":"verified"}','bciqfsrqaj2sbgrkxuyaqj5fmvc7azs4nh2y3apemhb77opbfmy2gb2y',1,'[]',0,1,'12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp');
INSERT INTO "sessions" VALUES(3,'4beb536c306b53b06c398c5769a59ef4','dialer','stock',X'900217407E2BFD1D6FD44093719783435161D3541A96F02A0A1EE7DFF078E44C',X'A36E329DE039DF221C13791D56E3D38B3CC11DEB096C547B2CD63DA80DF14D10','12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4','12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp','DONE',1,1796028765750,NULL,1796028765778,NULL,'{"approved":true,"partyId":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4"],"provisionResult":{"receipt":{"checkpoint":"taleus-audit/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4/IBKGXpiC7xPgIw0M2L10gA\n16\n43gQAmFb/pYUPeNyUJP+sWhjAhRNOLg8X8i9b58BNrk=\n\n— taleus-audit/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4/IBKGXpiC7xPgIw0M2L10gA trkSW7TE5UuIUCTk16cT9ySvBgtHDCyumYyU14qM21oR/nk+omZknYtwhux0zmT1R/CmBGc1B+eVCNGZW8oot0OeMw0=\n","proof":"+WfPLA7oRmoyW0CleC1Tz5/onJkWi20/eBZQph04I6AIPwvYfaPJvMPFsQicIkzpw2N5vs/v7AT5wMArrEBa8+ksn3d3f0x+IR8YQSKeVaoo2PKfm0vPu9izGW1h35bJuzRAGYJz7ZUdWycUWJF4ItfsrY+UnZU20luNDihIBXA=","record":{"at":"2026-11-30T08:52:45.764Z","body":{"side":"listener"},"details":"w38PFipFioBrvarbdghsbi6HFfOU5Dt0hNSvAFNgOJs","kind":"opened","seq":14,"session":"a86fb8a05fbb73ba5bfb129bd638b77d","token":"a36e329de039df22","v":1}},"tally":{"tallyId":"bciqiudm2yoqt5fk3awxja2eccaqhsgj2jn4lrpix6vmh6i37lkhwv6y","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"taleus-sqlite:bciqiudm2yoqt5fk3awxja2eccaqhsgj2jn4lrpix6vmh6i37lkhwv6y","credentialsRef":"file"},"draft":{"tally":{"version":1,"createdAt":"2026-11-30T08:52:45.764Z","nonce":"GmpK_u66SIK0J_5NfwgFqQ","stock":{"partyId":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4","publicKey":"CAESIPoYqGlHZBmTImLwa3oq1Wwe2sQFVvcTriZD7jY9ywhb"},"foil":{"partyId":"12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp","publicKey":"CAESIJDXelb4QmyCBvJKkuFUJ3zATN63blfleUNwNMoUYVrp"}},"signer":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4","signature":"NvIbOlcX2D5CuUXi2MSMA5FMdd9nr3NuisPyTR3GkCusgpbI4tZYRh_781G-TbzsDHkyrcALOl7QbsXHwhaGBA"}},"sessionId":"a86fb8a05fbb73ba5bfb129bd638b77d"}','','bciqiudm2yoqt5fk3awxja2eccaqhsgj2jn4lrpix6vmh6i37lkhwv6y',1,'[]',0,1,'12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp');
INSERT INTO "sessions" VALUES(4,'4407041aa87b2a642c1d4e4f46206a38','dialer','foil',X'C57B71FB557C0C39FFFD2161BEDC04A69A93D58BECCF8943090885E7F14EF8CE',X'9DA2AC4D05C3E80E35A4E15516385D4CCB6619398AFD0E3585EACBCB8CCE3A62','12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4','12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp','REJECTED',1,1796028765945,NULL,1796028765965,'token_revoked','{"approved":false,"reason":"Invalid token","code":"token_revoked"}','','',0,'[]',0,0,'12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp');
INSERT INTO "sessions" VALUES(5,'5e552f220913ca9716be66abe22c0b67','dialer','foil',X'FE9C3A246466D19754753A44B2571EBC5432F91DD3243E3B214E447174BE66C0',X'50022D5687D32F0AB74408A2D0488D3CE94EA424C3DCDB45A78C74A901C04BA7','12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4','12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp','PROVISIONING_DATABASE',1,1796028766053,NULL,NULL,NULL,'','','',0,'[]',0,1,'12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp');
INSERT INTO "sessions" VALUES(6,'d0ce92e348168b324d21ec481a7396a9','dialer','stock',X'5B017F31EAF3450FA6BD73566FC02AD23AE9D43DE203F77F934DDD0FBF3773FF',X'7D560F9801C3E906BE5FC4904378B28C0753F175B7EC749E10A0D632F3520CAE','12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4','12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp','CONNECTING',1,1796028766138,NULL,NULL,NULL,'','','',0,'[]',0,1,'12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp');
INSERT INTO "sessions" VALUES(7,'ac1ca624fcd0811b0153ee4a35f93bd4','dialer','stock',X'B06B7C8BA730FED948B583ED64651FA4311E3AE5309978C2282C02980DC6794A',X'30BF782138670B9E61403B3D1B44E40566CFD6F9D18CD71D9B053F1EB58FE947','12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4','12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp','CONNECTING',1,1796028766237,NULL,NULL,NULL,'','','',0,'[]',0,1,'12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp');
CREATE TABLE store_key (         -- one row, drawn at the first start
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;
INSERT INTO "store_key" VALUES(1,X'E7F709444F54F08B022DD9C1E37FC715173E2DF902F7E215C033CAA3CB7855BA');
CREATE TABLE subtrees (          -- append only: roots over 256^level records each
    trail  INTEGER NOT NULL REFERENCES trails (number),
    level  INTEGER NOT NULL CHECK (level > 0),
    number INTEGER NOT NULL,
    hash   BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (trail, level, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE "tallies" (
    session         INTEGER PRIMARY KEY,
    holds_key       INTEGER NOT NULL DEFAULT 1 CHECK (holds_key = 1), -- as the session does, of which a key has one
    tally_id        TEXT NOT NULL CHECK (tally_id <> ''),
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
    access          TEXT NOT NULL,
    own_login       TEXT NOT NULL,
    own_secret      TEXT NOT NULL,
    partner_secret  TEXT NOT NULL,
    FOREIGN KEY (session, holds_key) REFERENCES sessions (number, holds_key)
) STRICT;
INSERT INTO "tallies" VALUES(1,1,'bciqhqf7mqmch67skgelodani55zgu6nb2rcb5alne7hijgqckiujnza','12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp','12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4"]','stock','taleus-sqlite:bciqhqf7mqmch67skgelodani55zgu6nb2rcb5alne7hijgqckiujnza','file','{"tally":{"version":1,"createdAt":"2026-11-30T08:52:45.441Z","nonce":"vRdB1UFiJwjYps_8vX-M5Q","stock":{"partyId":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4","publicKey":"CAESIPoYqGlHZBmTImLwa3oq1Wwe2sQFVvcTriZD7jY9ywhb"},"foil":{"partyId":"12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp","publicKey":"CAESIJDXelb4QmyCBvJKkuFUJ3zATN63blfleUNwNMoUYVrp"}},"signer":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4","signature":"fEg2flaQyuhVJcJKJsM5lOw2GbN-70rGDoDbnXbt5tsQYlxWO5AjHpbPqcU_C2SLNzuOqI5pU0IIPtTXkx1GCw"}',1,0,1,1796028765470,'not_tried','','','');
INSERT INTO "tallies" VALUES(2,1,'bciqfsrqaj2sbgrkxuyaqj5fmvc7azs4nh2y3apemhb77opbfmy2gb2y','12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp','12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4"]','foil','taleus-sqlite:bciqfsrqaj2sbgrkxuyaqj5fmvc7azs4nh2y3apemhb77opbfmy2gb2y','file','{"tally":{"version":1,"createdAt":"2026-11-30T08:52:45.601Z","nonce":"JZX6mu5Kuef0f3pV757KoA","stock":{"partyId":"12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp","publicKey":"CAESIJDXelb4QmyCBvJKkuFUJ3zATN63blfleUNwNMoUYVrp"},"foil":{"partyId":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4","publicKey":"CAESIPoYqGlHZBmTImLwa3oq1Wwe2sQFVvcTriZD7jY9ywhb"}},"signer":"12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp","signature":"-4M7biFmLNkRVmPJ11W0Kd4R8I9xxfMknxA24CIQ-rOAoWxPAtxBKhbSLJu2c7aUsUiVc8Q4Ew-i_Q-vLGTvCg"}',1,1,1,1796028765613,'not_tried','','','');
INSERT INTO "tallies" VALUES(3,1,'bciqiudm2yoqt5fk3awxja2eccaqhsgj2jn4lrpix6vmh6i37lkhwv6y','12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp','12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4"]','stock','taleus-sqlite:bciqiudm2yoqt5fk3awxja2eccaqhsgj2jn4lrpix6vmh6i37lkhwv6y','file','{"tally":{"version":1,"createdAt":"2026-11-30T08:52:45.764Z","nonce":"GmpK_u66SIK0J_5NfwgFqQ","stock":{"partyId":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4","publicKey":"CAESIPoYqGlHZBmTImLwa3oq1Wwe2sQFVvcTriZD7jY9ywhb"},"foil":{"partyId":"12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp","publicKey":"CAESIJDXelb4QmyCBvJKkuFUJ3zATN63blfleUNwNMoUYVrp"}},"signer":"12D3KooWSeduCVQKG7jjQbwKSiQ3sKKGhTbAs5NpPuBPXsStgnf4","signature":"NvIbOlcX2D5CuUXi2MSMA5FMdd9nr3NuisPyTR3GkCusgpbI4tZYRh_781G-TbzsDHkyrcALOl7QbsXHwhaGBA"}',1,0,1,1796028765778,'not_tried','','','');
CREATE TABLE trails (            -- of each node; what was restored begins another one, and the newest is written to
    number INTEGER PRIMARY KEY,
    node   TEXT NOT NULL,
    origin TEXT NOT NULL UNIQUE,                   -- the name that its heads are signed under
    size   INTEGER NOT NULL,
    edge   BLOB NOT NULL,                          -- roots of the perfect subtrees that it is made of, largest first
    erased INTEGER NOT NULL DEFAULT 0              -- records below it have lost their details
) STRICT;
INSERT INTO "trails" VALUES(1,'12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp','taleus-audit/12D3KooWKZmSt3m5Qk4siP7DRCuB2EQkmiwNMpi6Na2XyZV38vtp/f59KsVoL8dmRpreoGU9E2Q',16,X'2F958A89340E26C2EB1BB0DDF3E5333E4C7C5E35EB248F78AFA6D6C7C071DBDD',0);
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
INSERT INTO "transitions" VALUES(1,1,1796028765439,'CONNECTING','SENDING_CONTACT','Connected',5236);
INSERT INTO "transitions" VALUES(1,2,1796028765440,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',1133);
INSERT INTO "transitions" VALUES(1,3,1796028765470,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',29228);
INSERT INTO "transitions" VALUES(1,4,1796028765470,'VALIDATING_RESPONSE','DONE','StockAccepted',482);
INSERT INTO "transitions" VALUES(2,1,1796028765596,'CONNECTING','SENDING_CONTACT','Connected',13263);
INSERT INTO "transitions" VALUES(2,2,1796028765596,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',593);
INSERT INTO "transitions" VALUES(2,3,1796028765601,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',5091);
INSERT INTO "transitions" VALUES(2,4,1796028765601,'VALIDATING_RESPONSE','PROVISIONING_DATABASE','FoilAccepted',189);
INSERT INTO "transitions" VALUES(2,5,1796028765617,'PROVISIONING_DATABASE','SENDING_DATABASE','Provisioned',15702);
INSERT INTO "transitions" VALUES(2,6,1796028765619,'SENDING_DATABASE','AWAITING_ACKNOWLEDGEMENT','DatabaseSent',1451);
INSERT INTO "transitions" VALUES(2,7,1796028765622,'AWAITING_ACKNOWLEDGEMENT','DONE','Acknowledged',3230);
INSERT INTO "transitions" VALUES(3,1,1796028765763,'CONNECTING','SENDING_CONTACT','Connected',13312);
INSERT INTO "transitions" VALUES(3,2,1796028765764,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',382);
INSERT INTO "transitions" VALUES(3,3,1796028765778,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',13891);
INSERT INTO "transitions" VALUES(3,4,1796028765778,'VALIDATING_RESPONSE','DONE','StockAccepted',332);
INSERT INTO "transitions" VALUES(4,1,1796028765963,'CONNECTING','SENDING_CONTACT','Connected',17960);
INSERT INTO "transitions" VALUES(4,2,1796028765964,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',863);
INSERT INTO "transitions" VALUES(4,3,1796028765964,'AWAITING_RESPONSE','REJECTED','ResponseRead',119);
INSERT INTO "transitions" VALUES(5,1,1796028766061,'CONNECTING','SENDING_CONTACT','Connected',8242);
INSERT INTO "transitions" VALUES(5,2,1796028766062,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',943);
INSERT INTO "transitions" VALUES(5,3,1796028766066,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',3604);
INSERT INTO "transitions" VALUES(5,4,1796028766066,'VALIDATING_RESPONSE','PROVISIONING_DATABASE','FoilAccepted',227);
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
CREATE INDEX instances_unadopted ON instances (since) WHERE state <> 'adopted';
CREATE INDEX trails_of_node ON trails (node);
CREATE UNIQUE INDEX sessions_with_hold ON sessions (number, holds_key);
CREATE INDEX tallies_of_id ON tallies (tally_id);
COMMIT;
