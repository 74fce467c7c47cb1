PRAGMA application_id=1413565523;
PRAGMA user_version=5;
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
INSERT INTO "bundles" VALUES(1,1,0,X'896D39015D2B47A3726547E9B2C31F194299ACA0805B94FA9B911FD02F52795F905E7DF20FCB75FDE945D4EA1F417D3725C2B350BB65A2CC05D738262F7B691F','
VjUM1et7ZMJ7tPiUhkXBYg {"peer":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi"}
','{"at":"2026-11-30T02:29:35.761Z","body":{"cause":"first"},"kind":"trail_started","seq":0,"v":1}
{"at":"2026-11-30T02:29:35.761Z","body":{"role":"stock","side":"dialer"},"details":"bKmzg5CeJJKr3oGj6OloaYjj3MDaZF5_r10foEGctMk","kind":"opened","seq":1,"session":"af6e44ae154b39554e4967d297cfd8c1","token":"124055e335ea3af8","v":1}
');
INSERT INTO "bundles" VALUES(2,1,2,X'D8DD5495EE06C689A08562EB4C656D70346E9559B5C4F582BFF35E22D0853D16','','{"at":"2026-11-30T02:29:35.763Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":2964},"kind":"transition","seq":2,"session":"af6e44ae154b39554e4967d297cfd8c1","then":[{"at":"2026-11-30T02:29:35.764Z","body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":240},"kind":"transition"},{"at":"2026-11-30T02:29:35.782Z","body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":17896},"kind":"transition"},{"body":{"origin":"taleus-audit/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi/vtK30gJtO98QDFFYz8gdbw","size":5,"verified":true},"kind":"receipt"},{"body":{"tallyId":"bciqg5zetne4y3g2b33ivyup3wiyqfp4umz4lw6c5tg63jopjloi7tti"},"kind":"decided"},{"body":{"cause":"StockAccepted","from":"VALIDATING_RESPONSE","to":"DONE","us":379},"kind":"transition"},{"body":{"outcome":"done"},"kind":"ended"}],"token":"124055e335ea3af8","v":2}
');
INSERT INTO "bundles" VALUES(3,1,3,X'7A66B8968592E3621BC9D735AB87572C74C0E2EB12D4B57A42B1EBA08E5CDB80','kA-lR2DLlWtK__iZ88GRtg {"peer":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi"}
','{"at":"2026-11-30T02:29:35.832Z","body":{"role":"foil","side":"dialer"},"details":"L0rkZxx62etQrIcLXbjfZILcBHYYhZu3bRG6Wu7V-eo","kind":"opened","seq":3,"session":"ee97d51f2eec6c62efd7c6e91179267d","token":"c0fdb281634eaab0","v":1}
');
INSERT INTO "bundles" VALUES(4,1,4,X'D59A632FB94C295CCD37F2F51E145A8AE1419BBBD2FF44E959BFBC63324E0B58','','{"at":"2026-11-30T02:29:35.835Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":3030},"kind":"transition","seq":4,"session":"ee97d51f2eec6c62efd7c6e91179267d","then":[{"body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":487},"kind":"transition"},{"at":"2026-11-30T02:29:35.836Z","body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":1033},"kind":"transition"},{"body":{"origin":"taleus-audit/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi/vtK30gJtO98QDFFYz8gdbw","size":10,"verified":true},"kind":"receipt"},{"body":{"cause":"FoilAccepted","from":"VALIDATING_RESPONSE","to":"PROVISIONING_DATABASE","us":434},"kind":"transition"}],"token":"c0fdb281634eaab0","v":2}
');
INSERT INTO "bundles" VALUES(5,1,5,X'B9BEDA162E31E57A34B53F20B0CE002B03AE880889FB6EDC253B966D227F4974','','{"at":"2026-11-30T02:29:35.838Z","body":{"hook":"provisioner","outcome":"made"},"kind":"hook","seq":5,"session":"ee97d51f2eec6c62efd7c6e91179267d","token":"c0fdb281634eaab0","v":1}
');
INSERT INTO "bundles" VALUES(6,1,6,X'B7C50B253849E39BF3BCB0FE04B5FEAC9357A728D0932CD602796476F49A79D4','','{"at":"2026-11-30T02:29:35.839Z","body":{"cause":"Provisioned","from":"PROVISIONING_DATABASE","to":"SENDING_DATABASE","us":2447},"kind":"transition","seq":6,"session":"ee97d51f2eec6c62efd7c6e91179267d","then":[{"body":{"cause":"DatabaseSent","from":"SENDING_DATABASE","to":"AWAITING_ACKNOWLEDGEMENT","us":165},"kind":"transition"},{"at":"2026-11-30T02:29:35.840Z","body":{"tallyId":"bciqiyc5vrctunwbvkzi6ubd5xg3pls72idu4uulhit46277235z6eka"},"kind":"decided"},{"body":{"cause":"Acknowledged","from":"AWAITING_ACKNOWLEDGEMENT","to":"DONE","us":871},"kind":"transition"},{"body":{"outcome":"done"},"kind":"ended"}],"token":"c0fdb281634eaab0","v":2}
');
INSERT INTO "bundles" VALUES(7,1,7,X'802E06C56D4D8CE5A56373D24137E465F3D7F17F82463710A9811ABCFB5170D9','iSTTgviOc3zgNLoS4f2iMw {"peer":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi"}
','{"at":"2026-11-30T02:29:35.894Z","body":{"role":"stock","side":"dialer"},"details":"0TSazCiUebvZNrQKitUcdoOwAq2bRKGbvgVgItp7cts","kind":"opened","seq":7,"session":"7aba550962f9f896b42b58e803c28a32","token":"145fdfc1cc09fad7","v":1}
');
INSERT INTO "bundles" VALUES(8,1,8,X'BCCADE596E5E0ACD5AA63E93F3231F145E7B2AE5A3F0D584BFA1B97CC2CCC04A','','{"at":"2026-11-30T02:29:35.903Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":9020},"kind":"transition","seq":8,"session":"7aba550962f9f896b42b58e803c28a32","then":[{"body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":309},"kind":"transition"},{"at":"2026-11-30T02:29:35.918Z","body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":14121},"kind":"transition"},{"body":{"origin":"taleus-audit/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi/vtK30gJtO98QDFFYz8gdbw","size":16,"verified":true},"kind":"receipt"},{"body":{"tallyId":"bciqil56pweiwr4sa4dy6onrxnbwhf2gitv73q2axjsk4rxr3gmtqpfi"},"kind":"decided"},{"body":{"cause":"StockAccepted","from":"VALIDATING_RESPONSE","to":"DONE","us":291},"kind":"transition"},{"body":{"outcome":"done"},"kind":"ended"}],"token":"145fdfc1cc09fad7","v":2}
');
INSERT INTO "bundles" VALUES(9,1,9,X'90AFF8F974674ADA6D86D3E9C38B1206B59C60218AD4CF2603DDBC19F939CEA2','Jkv1XKolPD1nAvob7FTyEA {"peer":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi"}
','{"at":"2026-11-30T02:29:36.039Z","body":{"role":"foil","side":"dialer"},"details":"pZ5Nw-7vnCIYLVym2TDG8sg65ZoCW0Z2SqKviNCyyXI","kind":"opened","seq":9,"session":"07b35ab517c14996b7c22a8334ad7ddd","token":"b264b1d604d6c3e3","v":1}
');
INSERT INTO "bundles" VALUES(10,1,10,X'7D1DEB3C1C9235516BFA2D7BD2C5D8FAE836C8C99559260A9C33DBF6017E8FF1816F8139B30FD7B42C583AB27BA05CD970371FBC28D0E21A00AAE641CB216880','
ie9dvW1C-EZ-gzXiHmp4Lg {"reason":"Invalid token"}
','{"at":"2026-11-30T02:29:36.047Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":8425},"kind":"transition","seq":10,"session":"07b35ab517c14996b7c22a8334ad7ddd","then":[{"body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":218},"kind":"transition"}],"token":"b264b1d604d6c3e3","v":2}
{"at":"2026-11-30T02:29:36.047Z","body":{"code":"token_revoked"},"details":"BLcEjliPn7NtqpP-vydrhlTEEsNuKWxROED6bbC_po0","kind":"refused","seq":11,"session":"07b35ab517c14996b7c22a8334ad7ddd","then":[{"body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"REJECTED","us":361},"kind":"transition"},{"body":{"code":"token_revoked","outcome":"rejected"},"kind":"ended"}],"token":"b264b1d604d6c3e3","v":2}
');
INSERT INTO "bundles" VALUES(11,1,12,X'FAC6CAAFE37C5426CBF0BFC3AE8E51AD2321074BB8D7DC2AD347554B00BB0706','WHiY3ewqWLsn2LtO7TGQRA {"peer":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi"}
','{"at":"2026-11-30T02:29:36.107Z","body":{"role":"foil","side":"dialer"},"details":"HZS2D3jf0d2ikEgXpO20csFVnkdKMTxrFRfyLZc6i8U","kind":"opened","seq":12,"session":"4c657be5a542c3f92051f56157c19960","token":"8149a7ddb0ebb1d1","v":1}
');
INSERT INTO "bundles" VALUES(12,1,13,X'0CC835DE7439C8A5D6F9744FA43CABEDC9B7B04DF06CBC6F39521B0922833EE1','','{"at":"2026-11-30T02:29:36.112Z","body":{"cause":"Connected","from":"CONNECTING","to":"SENDING_CONTACT","us":4637},"kind":"transition","seq":13,"session":"4c657be5a542c3f92051f56157c19960","then":[{"body":{"cause":"ContactSent","from":"SENDING_CONTACT","to":"AWAITING_RESPONSE","us":292},"kind":"transition"},{"at":"2026-11-30T02:29:36.113Z","body":{"cause":"ResponseRead","from":"AWAITING_RESPONSE","to":"VALIDATING_RESPONSE","us":1281},"kind":"transition"},{"body":{"origin":"taleus-audit/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi/vtK30gJtO98QDFFYz8gdbw","size":26,"verified":true},"kind":"receipt"},{"body":{"cause":"FoilAccepted","from":"VALIDATING_RESPONSE","to":"PROVISIONING_DATABASE","us":131},"kind":"transition"}],"token":"8149a7ddb0ebb1d1","v":2}
');
INSERT INTO "bundles" VALUES(13,1,14,X'6F6A1E6525AB4491D795633257850B5ED6D7CED0FA82CE1475CC4050430ABDFB','uAfkdgVkfWQ3dBXSRMPGJQ {"peer":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi"}
','{"at":"2026-11-30T02:29:36.174Z","body":{"role":"stock","side":"dialer"},"details":"GfQB2DouZS-Bjm7G8I8gGml3l6df86omem7fwglv7kg","kind":"opened","seq":14,"session":"836b134ab419b1fcd41a8bf021acaa11","token":"9d705bc6a9462816","v":1}
');
INSERT INTO "bundles" VALUES(14,1,15,X'72FDC7C527A9D93FD37B2A13C5E3D18577C62640EDB506C44805A452C34C41A5','SQzxNJWIfogyTNmSohGHPw {"peer":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi"}
','{"at":"2026-11-30T02:29:36.233Z","body":{"role":"stock","side":"dialer"},"details":"NGGWjvs8S25hr1hvbKZ-70kvfg65_jqcK4tBKUISwm0","kind":"opened","seq":15,"session":"16813dbe6155ca6e7f3edfd9561afc82","token":"66f3da6a93875684","v":1}
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
INSERT INTO "heads" VALUES(1,2,X'55394AF51DBACBAA90344A4C961B770494AB2EAB2E6495A650E9EF8B00714AF6',X'A3BD69950D8E88B1041A93C898D6F65050F8FEF8301B2FB4B43BAF7BE660E3A90C6C2C0A3A7FD021690B52C4CD15EC1FD9B9FC6E6D825423DB071D4B56D04A0C');
INSERT INTO "heads" VALUES(1,3,X'CC158E80B67813F929DF78AFCC71CE4506229379D5803E50EE4B07D515D61AFA',X'A67EEC2E489B225390DB7C600EBD22C70ADDA29B86517E43CD9B842AC44B467B3C08B6796CC6AD9A6634EF1098ED81F47B70344B227E9EB98AFF04F2E8E70B03');
INSERT INTO "heads" VALUES(1,4,X'D763B4C02C0543BD265E1D9A8E3E99CFE2D505088D36C6A498ECAB293824B0B5',X'B05D3158F5097516E2E4FE823D5D006786E5AD4DDB29331F0090A6D5AE7564FB2B2C5A07642415CE0D17249FEF42CD81E206F84926FDB3584363C549224F7F0A');
INSERT INTO "heads" VALUES(1,5,X'01FD96633E9AF8AA0C76C518902AF813C7585A29B0C5B6F2BA2C12DC748CE1FD',X'32D87C6738D7DBD51DB169D34922F3E39908D54C050A502243571C7543C6A624CDB0FDDC4FCB097BCDFD8FF498D5B282DAC0B3B1AECE79B18B7505FE781FAE08');
INSERT INTO "heads" VALUES(1,6,X'3C406A24D1A682304B5905BA9213ACF514A90DD3D879A02643E25A24D936382B',X'39D332C1BBB5A295EF39BAB19BB72E307CF1F1B7EC3ED092E92EEB1998FAF91EEA3360417611AE4F1DADBB7C1C13474DCA8A8F95F67C4340013C87A051FA940F');
INSERT INTO "heads" VALUES(1,7,X'310F1998DC0F0B440FBE01DC397AE6E36D013D66E6608AADA9DB8F16011B949F',X'385FD73453AACFC563E5C468725F8A16B989FA0C97ABA4ACF78C4442EEF276C5696F70D58E55AFEF535554429F591CF1006CF885318A7CB93F4ED201E9166A00');
INSERT INTO "heads" VALUES(1,8,X'1260C1C65D63FEBC53E46EE05837C5DCDE69658B442C4D82D73F016385A12982',X'0FFE6C9B1F1A73944B36975ADC057A2FA136F11BFEA0343615D11FCD66B5D9B117328419FC8A2BA922872689B6C2114AFDA67504FA2C044C92F2AF0C89674D0C');
INSERT INTO "heads" VALUES(1,9,X'893A9C3E654C8F1CBA2FDD4CD09862B4E3B718E02B83ED5FFE42B5C72F07ABF1',X'30B853821A573615507C6BDC0372818F99FD1281C1A24EFA9BE6390A8C037524881A951E9037D47BC03CAA11D9EA2944B87DB9241B5FC958452F535E555FA80C');
INSERT INTO "heads" VALUES(1,10,X'97FB9C57D3C09D078031298A38702B3F030EB0C6641FBAA02A34CA53C21FDF03',X'65A3819ED627715F72B3D1B03E37345A8AF903FBC52060D3E11C558A1A080E69055CCC4A3D54F10B508208842D98802285FD3214CB6D5E4E0CDA40DEB5B5760E');
INSERT INTO "heads" VALUES(1,12,X'214E953AB7D9DA730901AF130EF076194EEBD356A4819835D487CE67C00258F4',X'263F6F964DDFD6B8596D1604D35D77C806E6C533606BE079C91080AC60DBF924C45901F7673F3F0071BEB3D47302130894F0ABEB0159D0A1BC843B10EFBB6F0B');
INSERT INTO "heads" VALUES(1,13,X'08FFF5EC30B268A9B3F54B43AFB15FF0B948DC0EC173998C791F3ABFC931E638',X'4599A859CE32B28205DAD07F0737F2578D06BFE937F572E4E12E93C881D7CD056336835FBFE3EF355EC63AC97F83C6B2E2AC0BFC2CD9041EDE36E69B41B0F806');
INSERT INTO "heads" VALUES(1,14,X'C4C87EABC7F4251813367F45649CBE3545A491EB7BC10B223EB737D84ADBECEA',X'D2C6A03894D0FE072AF118504C7826AF27D8AD8B3A45661E5FDEF25EF4FBBA157F61EB615E934EBB44651E4B9B7CD29F2FB8E0CB98F16E4135906C15BE6FA90E');
INSERT INTO "heads" VALUES(1,15,X'80C73251F41EBC2022714C6CAEA1F59C4383EB3340A9E60E84E06FD4D97161CE',X'212E356909EDF7B7BC23739A795A2150784F0770E0B5EC18D196C758C6159EBF2035613D4FAB4C07C44256D697D2832715CC4D5C9912C6D186E6508CBFCDA704');
INSERT INTO "heads" VALUES(1,16,X'B1B29F28029B8361EBF9E9B9098F3F5A6B1FB6FEFF2CCA57AD40BFFB2FB6054A',X'54C6D0043BB25C619C35922DD5F4416262F39DAE798AF48ADA22FBEA391C76597D2518569168B19A281BF0B363AEB24A08764B1ECE1DE649BDD6F14E9CEA6303');
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
INSERT INTO "instances" VALUES(1,X'4248F4BA091AF25CBA67AC98510D239DDDDA6056A0FFB4905CDF00993385D6DF','dialer',X'51EFC64693FEB76F09AF7C4B35DCA35F74D2086D53D1962B48D3394CC3009FCE',2,'bciqiyc5vrctunwbvkzi6ubd5xg3pls72idu4uulhit46277235z6eka','{"tally":{"version":1,"createdAt":"2026-11-30T02:29:35.837Z","nonce":"v_zy5iRwe0tv_WSwTMVGWQ","stock":{"partyId":"12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM","publicKey":"CAESIHXUfSAQ0n2nrCi1O5ieN2vYajRo3DLsNjskGzaPX8m4"},"foil":{"partyId":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi","publicKey":"CAESIKDN7gPfS1R8o74MlIiS9cPN6SPTEHNkjTuv9pEIThJD"}},"signer":"12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM","signature":"vQgGf9mAafTiaFwDOJwl_Db3gKDQnVRgZlyZEX-VXgX4mZYfvovDdE9eh9XMb5Lao76efKPhvkhxiEC_zJzlCg"}','adopted',1796005775836,'IIIgDN572RIw0DeSRChCTCKTzb77_uggPwtj_gb51TRYO4Wdx2I6nM-8S6xp6wL5oFweKvHqbjsX_lknHZVGf0tiqBzm_iqn5K0lKBP3DBh7nTY');
INSERT INTO "instances" VALUES(2,X'6DEFCB5B337009A8B9E95DC302D0D9D19FC9B23C97D057BEA43CF81757DC24EF','dialer',X'8CDA30A2EAD0B954E8B6533267EC74FE3EBCC963108A8EA5DFD0737B806CF9CA',5,'bciqmtijlmq4kwq7ceyhj3jlwlkcf6ompwsyqwnq65qpu5tda4ygmtwq','{"tally":{"version":1,"createdAt":"2026-11-30T02:29:36.113Z","nonce":"2Vek-yWkEsTUX3H9Q2fTjQ","stock":{"partyId":"12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM","publicKey":"CAESIHXUfSAQ0n2nrCi1O5ieN2vYajRo3DLsNjskGzaPX8m4"},"foil":{"partyId":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi","publicKey":"CAESIKDN7gPfS1R8o74MlIiS9cPN6SPTEHNkjTuv9pEIThJD"}},"signer":"12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM","signature":"QrPxeLvoBuLEwnomAJfNPYK8Xut_jwTf4AxILzM974DwYyhIgRTaJyqxfCDsAo8zM0YM0ynfB8MmiyXviiKGAA"}','made',1796005776113,'N7m68TfCS_euy5UMF983dNUguIupWb5XFb0F3Br_kRa-aTtsdi5_DWh_xKbFNCIovcSeOy3V6yJYDg0ZDwp4qOSngVnyxIz5dEfzXc_DIJjIoDA');
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
INSERT INTO "receipts" VALUES(1,'{"checkpoint":"taleus-audit/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi/vtK30gJtO98QDFFYz8gdbw\n5\n7y9HscuIkkKDtVygNXihXmIxPGtQhRediczjIWECbUg=\n\n— taleus-audit/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi/vtK30gJtO98QDFFYz8gdbw Xro0KyNNsaUC2qSHnwfuDaxNv8t4eEpMjY5+1/6mMgRLyQUXreh+gb4m+xa5QlJggN+Z9PlEb94MMfxPFrTS9E+OngQ=\n","proof":"8L7SU6buEtTfxN7plBbuNTKw2tNjFCYPvgzs+Io69Q+FO3mTFBfBTYrqBkNz9ZCJBfyLoYOArm5pJ2+SX7xvnUL7V9KAzLQ36DJ6DYLjyn+Bg0c/3lSRbnYFglUZSJZW","record":{"at":"2026-11-30T02:29:35.764Z","body":{"side":"listener"},"details":"NsAs9r2rZ7lF-fYXjGJ_NKGwR_VZh0AMIv2ssP8AZQ8","kind":"opened","seq":3,"session":"9662d111e1f3e7dbc91fb8d1c1a63216","token":"124055e335ea3af8","v":1}}');
INSERT INTO "receipts" VALUES(2,'{"checkpoint":"taleus-audit/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi/vtK30gJtO98QDFFYz8gdbw\n10\nx1FMWN2iLViVhAp0U8SbsvopBB9s5m1kXogC4JvP+34=\n\n— taleus-audit/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi/vtK30gJtO98QDFFYz8gdbw Xro0K+iUSlNGxps/P7zxrmQBv/OvPrmHNwygvKXW/vhYrIKHcdS9yqBd7z8vGuWvkvh2IwoNRA2ktVUPqxa1FRItzg8=\n","proof":"ySosRnjWuZVGJcGumUgUOmkqB7B4JCq5oB3CFsx4Jw+pGN50wbydg/fGYSC1y0N/y+Ut/r9xxgck4rLbeWjMWA==","record":{"at":"2026-11-30T02:29:35.835Z","body":{"side":"listener"},"details":"eYjPmwJ585KBJ1NXlA_sVf-QhSv2K77Yyj4AwqXamkk","kind":"opened","seq":8,"session":"32af8669a61b93d739080085b7499b49","token":"c0fdb281634eaab0","v":1}}');
INSERT INTO "receipts" VALUES(3,'{"checkpoint":"taleus-audit/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi/vtK30gJtO98QDFFYz8gdbw\n16\ndMJExVxS75DOFdH9or8SNFrwtKhCYJbEQsyjEquCKI4=\n\n— taleus-audit/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi/vtK30gJtO98QDFFYz8gdbw Xro0K94lU67Kd+mEfVGQU6IW19liqpjdOO8N/pw5dZ35x6f5snwcQz9gVtZAAy1S2HMPy8sE7aSdkKbxKYIzHHLXHAI=\n","proof":"TFufPgDp5yq79cKNOWVQyKldXWURUWcLBXXSsSwixnnrruPLD62oelz0WMC6rBmUlSfBLNrRvg2fLrV5RvX9ZfFRKd6zI8vGY7S/lPahDnMN4uhfh0qds+M3dwAINJ32qRjedMG8nYP3xmEgtctDf8vlLf6/ccYHJOKy23lozFg=","record":{"at":"2026-11-30T02:29:35.903Z","body":{"side":"listener"},"details":"JHf04k_QOw-BP-kxPXrn7k1nQ2bLWxC-yVOqe_6z9Gc","kind":"opened","seq":14,"session":"ce6631a1e2384f0e35d052253790e6b8","token":"145fdfc1cc09fad7","v":1}}');
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
INSERT INTO "sessions" VALUES(1,'af6e44ae154b39554e4967d297cfd8c1','dialer','stock',X'02328AA792129E98711375C47D606CFF31B5310AB33F89A498571793283D25D0',X'124055E335EA3AF8812339F5F768F7ED51F994EB893C7B821704C6AE9922F345','12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi','12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM','DONE',1,1796005775760,NULL,1796005775782,NULL,'{"approved":true,"partyId":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi"],"provisionResult":{"receipt":{"checkpoint":"taleus-audit/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi/vtK30gJtO98QDFFYz8gdbw\n5\n7y9HscuIkkKDtVygNXihXmIxPGtQhRediczjIWECbUg=\n\n— taleus-audit/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi/vtK30gJtO98QDFFYz8gdbw Xro0KyNNsaUC2qSHnwfuDaxNv8t4eEpMjY5+1/6mMgRLyQUXreh+gb4m+xa5QlJggN+Z9PlEb94MMfxPFrTS9E+OngQ=\n","proof":"8L7SU6buEtTfxN7plBbuNTKw2tNjFCYPvgzs+Io69Q+FO3mTFBfBTYrqBkNz9ZCJBfyLoYOArm5pJ2+SX7xvnUL7V9KAzLQ36DJ6DYLjyn+Bg0c/3lSRbnYFglUZSJZW","record":{"at":"2026-11-30T02:29:35.764Z","body":{"side":"listener"},"details":"NsAs9r2rZ7lF-fYXjGJ_NKGwR_VZh0AMIv2ssP8AZQ8","kind":"opened","seq":3,"session":"9662d111e1f3e7dbc91fb8d1c1a63216","token":"124055e335ea3af8","v":1}},"tally":{"tallyId":"bciqg5zetne4y3g2b33ivyup3wiyqfp4umz4lw6c5tg63jopjloi7tti","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"taleus-sqlite:bciqg5zetne4y3g2b33ivyup3wiyqfp4umz4lw6c5tg63jopjloi7tti","credentialsRef":"file"},"draft":{"tally":{"version":1,"createdAt":"2026-11-30T02:29:35.764Z","nonce":"59xRF3StfHKKZ1c15Dnr_w","stock":{"partyId":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi","publicKey":"CAESIKDN7gPfS1R8o74MlIiS9cPN6SPTEHNkjTuv9pEIThJD"},"foil":{"partyId":"12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM","publicKey":"CAESIHXUfSAQ0n2nrCi1O5ieN2vYajRo3DLsNjskGzaPX8m4"}},"signer":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi","signature":"snKAIljtaMLTG8OvYEGyTfmpkUm_W-yeXHBY0tCnAMaxHWiyIOUTfkzoCGAye3Jb9upGrg4A8iEwCWZznSr_Cw"}},"sessionId":"9662d111e1f3e7dbc91fb8d1c1a63216"}','','bciqg5zetne4y3g2b33ivyup3wiyqfp4umz4lw6c5tg63jopjloi7tti',1,'[]',0,1,'12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM');
INSERT INTO "sessions" VALUES(2,'ee97d51f2eec6c62efd7c6e91179267d','dialer','foil',X'51EFC64693FEB76F09AF7C4B35DCA35F74D2086D53D1962B48D3394CC3009FCE',X'C0FDB281634EAAB01D8C0007CCDF61DC938F8A5334D67EED1D8CA108987E4FEC','12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi','12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM','DONE',1,1796005775832,NULL,1796005775840,NULL,'{"receipt":{"checkpoint":"taleus-audit/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi/vtK30gJtO98QDFFYz8gdbw\n10\nx1FMWN2iLViVhAp0U8SbsvopBB9s5m1kXogC4JvP+34=\n\n— taleus-audit/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi/vtK30gJtO98QDFFYz8gdbw Xro0K+iUSlNGxps/P7zxrmQBv/OvPrmHNwygvKXW/vhYrIKHcdS9yqBd7z8vGuWvkvh2IwoNRA2ktVUPqxa1FRItzg8=\n","proof":"ySosRnjWuZVGJcGumUgUOmkqB7B4JCq5oB3CFsx4Jw+pGN50wbydg/fGYSC1y0N/y+Ut/r9xxgck4rLbeWjMWA==","record":{"at":"2026-11-30T02:29:35.835Z","body":{"side":"listener"},"details":"eYjPmwJ585KBJ1NXlA_sVf-QhSv2K77Yyj4AwqXamkk","kind":"opened","seq":8,"session":"32af8669a61b93d739080085b7499b49","token":"c0fdb281634eaab0","v":1}},"approved":true,"partyId":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi"],"sessionId":"32af8669a61b93d739080085b7499b49","expiresInMs":43199997}','{"receipt":{"checkpoint":"taleus-audit/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi/vtK30gJtO98QDFFYz8gdbw\n10\nx1FMWN2iLViVhAp0U8SbsvopBB9s5m1kXogC4JvP+34=\n\n— taleus-audit/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi/vtK30gJtO98QDFFYz8gdbw Xro0K+iUSlNGxps/P7zxrmQBv/OvPrmHNwygvKXW/vhYrIKHcdS9yqBd7z8vGuWvkvh2IwoNRA2ktVUPqxa1FRItzg8=\n","proof":"ySosRnjWuZVGJcGumUgUOmkqB7B4JCq5oB3CFsx4Jw+pGN50wbydg/fGYSC1y0N/y+Ut/r9xxgck4rLbeWjMWA==","record":{"at":"2026-11-30T02:29:35.835Z","body":{"side":"listener"},"details":"eYjPmwJ585KBJ1NXlA_sVf-QhSv2K77Yyj4AwqXamkk","kind":"opened","seq":8,"session":"32af8669a61b93d739080085b7499b49","token":"c0fdb281634eaab0","v":1}},"accepted":true,"tallyId":"bciqiyc5vrctunwbvkzi6ubd5xg3pls72idu4uulhit46277235z6eka","draft":"verified"}','bciqiyc5vrctunwbvkzi6ubd5xg3pls72idu4uulhit46277235z6eka',1,'[]',0,1,'12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM');
INSERT INTO "sessions" VALUES(3,'7aba550962f9f896b42b58e803c28a32','dialer','stock',X'C90009C697311DA2D4383301692EC0A6BFE935D44C09E9F81C8F29419CA34DDE',X'145FDFC1CC09FAD73DA62769D891025149147CAD3D704ED6CDDE761D87666E8D','12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi','12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM','DONE',1,1796005775894,NULL,1796005775918,NULL,'{"approved":true,"partyId":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi","cadrePeerAddrs":["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi"],"provisionResult":{"receipt":{"checkpoint":"taleus-audit/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi/vtK30gJtO98QDFFYz8gdbw\n16\ndMJExVxS75DOFdH9or8SNFrwtKhCYJbEQsyjEquCKI4=\n\n— taleus-audit/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi/vtK30gJtO98QDFFYz8gdbw Xro0K94lU67Kd+mEfVGQU6IW19liqpjdOO8N/pw5dZ35x6f5snwcQz9gVtZAAy1S2HMPy8sE7aSdkKbxKYIzHHLXHAI=\n","proof":"TFufPgDp5yq79cKNOWVQyKldXWURUWcLBXXSsSwixnnrruPLD62oelz0WMC6rBmUlSfBLNrRvg2fLrV5RvX9ZfFRKd6zI8vGY7S/lPahDnMN4uhfh0qds+M3dwAINJ32qRjedMG8nYP3xmEgtctDf8vlLf6/ccYHJOKy23lozFg=","record":{"at":"2026-11-30T02:29:35.903Z","body":{"side":"listener"},"details":"JHf04k_QOw-BP-kxPXrn7k1nQ2bLWxC-yVOqe_6z9Gc","kind":"opened","seq":14,"session":"ce6631a1e2384f0e35d052253790e6b8","token":"145fdfc1cc09fad7","v":1}},"tally":{"tallyId":"bciqil56pweiwr4sa4dy6onrxnbwhf2gitv73q2axjsk4rxr3gmtqpfi","createdBy":"stock"},"dbConnectionInfo":{"endpoint":"taleus-sqlite:bciqil56pweiwr4sa4dy6onrxnbwhf2gitv73q2axjsk4rxr3gmtqpfi","credentialsRef":"file"},"draft":{"tally":{"version":1,"createdAt":"2026-11-30T02:29:35.904Z","nonce":"u2acDhXru3407kz-h1SudA","stock":{"partyId":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi","publicKey":"CAESIKDN7gPfS1R8o74MlIiS9cPN6SPTEHNkjTuv9pEIThJD"},"foil":{"partyId":"12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM","publicKey":"CAESIHXUfSAQ0n2nrCi1O5ieN2vYajRo3DLsNjskGzaPX8m4"}},"signer":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi","signature":"E4oqsS-Aso4nCzpBcjRUoHIL8skqsEYKCD6yOXf57_H0ZNTuXNJCu4v1K8zZ8x5svZJulBqkiuIRi1_kbE8kBw"}},"sessionId":"ce6631a1e2384f0e35d052253790e6b8"}','','bciqil56pweiwr4sa4dy6onrxnbwhf2gitv73q2axjsk4rxr3gmtqpfi',1,'[]',0,1,'12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM');
INSERT INTO "sessions" VALUES(4,'07b35ab517c14996b7c22a8334ad7ddd','dialer','foil',X'BE2C3596E78E129AB874103C04BCC31325619D554F6DB2AF51B0B170C9D82790',X'B264B1D604D6C3E333AFCB27E126C57096734511DF7C0ABD90CAC1FA4E0D4077','12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi','12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM','REJECTED',1,1796005776038,NULL,1796005776047,'token_revoked','{"approved":false,"reason":"Invalid token","code":"token_revoked"}','','',0,'[]',0,0,'12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM');
INSERT INTO "sessions" VALUES(5,'4c657be5a542c3f92051f56157c19960','dialer','foil',X'8CDA30A2EAD0B954E8B6533267EC74FE3EBCC963108A8EA5DFD0737B806CF9CA',X'8149A7DDB0EBB1D1ADCA271EA16F495707617FF91E73BF71EBD5DDFF53211AC8','12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi','12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM','PROVISIONING_DATABASE',1,1796005776107,NULL,NULL,NULL,'','','',0,'[]',0,1,'12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM');
INSERT INTO "sessions" VALUES(6,'836b134ab419b1fcd41a8bf021acaa11','dialer','stock',X'28D36708E6EDFA2F7E45A2BE990791E94C97ECC3C7F91AA922F5DC694C65EBFA',X'9D705BC6A9462816205FE50938A0C5AE4C5EAB9A7FC87B4C1F0CD957E5B47E75','12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi','12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM','CONNECTING',1,1796005776174,NULL,NULL,NULL,'','','',0,'[]',0,1,'12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM');
INSERT INTO "sessions" VALUES(7,'16813dbe6155ca6e7f3edfd9561afc82','dialer','stock',X'FE71A94026CE6FF3996BB096CA65204E2A560EF8BD0F1A83A90976270AAACA57',X'66F3DA6A938756842AE1799535AC831BB6E205062105E760249E9EED33DA0DB7','12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi','12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM','CONNECTING',1,1796005776233,NULL,NULL,NULL,'','','',0,'[]',0,1,'12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM');
CREATE TABLE store_key (         -- one row, drawn at the first start
    one INTEGER PRIMARY KEY CHECK (one = 1),
    key BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;
INSERT INTO "store_key" VALUES(1,X'665CC8A47A791508C1D7C815B806B9489EB303F91693CF5E53546116A3A7B04B');
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
INSERT INTO "tallies" VALUES(1,'bciqg5zetne4y3g2b33ivyup3wiyqfp4umz4lw6c5tg63jopjloi7tti','dialer','stock',X'02328AA792129E98711375C47D606CFF31B5310AB33F89A498571793283D25D0',X'124055E335EA3AF8812339F5F768F7ED51F994EB893C7B821704C6AE9922F345','12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi','12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM','12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi"]','stock','taleus-sqlite:bciqg5zetne4y3g2b33ivyup3wiyqfp4umz4lw6c5tg63jopjloi7tti','file','{"tally":{"version":1,"createdAt":"2026-11-30T02:29:35.764Z","nonce":"59xRF3StfHKKZ1c15Dnr_w","stock":{"partyId":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi","publicKey":"CAESIKDN7gPfS1R8o74MlIiS9cPN6SPTEHNkjTuv9pEIThJD"},"foil":{"partyId":"12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM","publicKey":"CAESIHXUfSAQ0n2nrCi1O5ieN2vYajRo3DLsNjskGzaPX8m4"}},"signer":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi","signature":"snKAIljtaMLTG8OvYEGyTfmpkUm_W-yeXHBY0tCnAMaxHWiyIOUTfkzoCGAye3Jb9upGrg4A8iEwCWZznSr_Cw"}',1,0,1,1796005775782,'not_tried','','','');
INSERT INTO "tallies" VALUES(2,'bciqiyc5vrctunwbvkzi6ubd5xg3pls72idu4uulhit46277235z6eka','dialer','foil',X'51EFC64693FEB76F09AF7C4B35DCA35F74D2086D53D1962B48D3394CC3009FCE',X'C0FDB281634EAAB01D8C0007CCDF61DC938F8A5334D67EED1D8CA108987E4FEC','12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi','12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM','12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi"]','foil','taleus-sqlite:bciqiyc5vrctunwbvkzi6ubd5xg3pls72idu4uulhit46277235z6eka','file','{"tally":{"version":1,"createdAt":"2026-11-30T02:29:35.837Z","nonce":"v_zy5iRwe0tv_WSwTMVGWQ","stock":{"partyId":"12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM","publicKey":"CAESIHXUfSAQ0n2nrCi1O5ieN2vYajRo3DLsNjskGzaPX8m4"},"foil":{"partyId":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi","publicKey":"CAESIKDN7gPfS1R8o74MlIiS9cPN6SPTEHNkjTuv9pEIThJD"}},"signer":"12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM","signature":"vQgGf9mAafTiaFwDOJwl_Db3gKDQnVRgZlyZEX-VXgX4mZYfvovDdE9eh9XMb5Lao76efKPhvkhxiEC_zJzlCg"}',1,1,1,1796005775838,'not_tried','','','');
INSERT INTO "tallies" VALUES(3,'bciqil56pweiwr4sa4dy6onrxnbwhf2gitv73q2axjsk4rxr3gmtqpfi','dialer','stock',X'C90009C697311DA2D4383301692EC0A6BFE935D44C09E9F81C8F29419CA34DDE',X'145FDFC1CC09FAD73DA62769D891025149147CAD3D704ED6CDDE761D87666E8D','12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi','12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM','12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi','["/ip4/127.77.1.1/tcp/47001/p2p/12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi"]','stock','taleus-sqlite:bciqil56pweiwr4sa4dy6onrxnbwhf2gitv73q2axjsk4rxr3gmtqpfi','file','{"tally":{"version":1,"createdAt":"2026-11-30T02:29:35.904Z","nonce":"u2acDhXru3407kz-h1SudA","stock":{"partyId":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi","publicKey":"CAESIKDN7gPfS1R8o74MlIiS9cPN6SPTEHNkjTuv9pEIThJD"},"foil":{"partyId":"12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM","publicKey":"CAESIHXUfSAQ0n2nrCi1O5ieN2vYajRo3DLsNjskGzaPX8m4"}},"signer":"12D3KooWLe5XSvWt5ok77iaC13SEFbV4TiGyudAN6DVSKBEcpGgi","signature":"E4oqsS-Aso4nCzpBcjRUoHIL8skqsEYKCD6yOXf57_H0ZNTuXNJCu4v1K8zZ8x5svZJulBqkiuIRi1_kbE8kBw"}',1,0,1,1796005775918,'not_tried','','','');
CREATE TABLE trails (            -- of each node; what was restored begins another one, and the newest is written to
    number INTEGER PRIMARY KEY,
    node   TEXT NOT NULL,
    origin TEXT NOT NULL UNIQUE,                   -- the name that its heads are signed under
    size   INTEGER NOT NULL,
    edge   BLOB NOT NULL,                          -- roots of the perfect subtrees that it is made of, largest first
    erased INTEGER NOT NULL DEFAULT 0              -- records below it have lost their details
) STRICT;
INSERT INTO "trails" VALUES(1,'12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM','taleus-audit/12D3KooWHkKo6deMGKy1uPkubiYCgEj4TzSkPhaKti7yn3oi23TM/LrGnc0EOJ3HA-VVOxKqGqA',16,X'B1B29F28029B8361EBF9E9B9098F3F5A6B1FB6FEFF2CCA57AD40BFFB2FB6054A',0);
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
INSERT INTO "transitions" VALUES(1,1,1796005775763,'CONNECTING','SENDING_CONTACT','Connected',2964);
INSERT INTO "transitions" VALUES(1,2,1796005775764,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',240);
INSERT INTO "transitions" VALUES(1,3,1796005775782,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',17896);
INSERT INTO "transitions" VALUES(1,4,1796005775782,'VALIDATING_RESPONSE','DONE','StockAccepted',379);
INSERT INTO "transitions" VALUES(2,1,1796005775835,'CONNECTING','SENDING_CONTACT','Connected',3030);
INSERT INTO "transitions" VALUES(2,2,1796005775835,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',487);
INSERT INTO "transitions" VALUES(2,3,1796005775836,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',1033);
INSERT INTO "transitions" VALUES(2,4,1796005775836,'VALIDATING_RESPONSE','PROVISIONING_DATABASE','FoilAccepted',434);
INSERT INTO "transitions" VALUES(2,5,1796005775839,'PROVISIONING_DATABASE','SENDING_DATABASE','Provisioned',2447);
INSERT INTO "transitions" VALUES(2,6,1796005775839,'SENDING_DATABASE','AWAITING_ACKNOWLEDGEMENT','DatabaseSent',165);
INSERT INTO "transitions" VALUES(2,7,1796005775840,'AWAITING_ACKNOWLEDGEMENT','DONE','Acknowledged',871);
INSERT INTO "transitions" VALUES(3,1,1796005775903,'CONNECTING','SENDING_CONTACT','Connected',9020);
INSERT INTO "transitions" VALUES(3,2,1796005775903,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',309);
INSERT INTO "transitions" VALUES(3,3,1796005775918,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',14121);
INSERT INTO "transitions" VALUES(3,4,1796005775918,'VALIDATING_RESPONSE','DONE','StockAccepted',291);
INSERT INTO "transitions" VALUES(4,1,1796005776047,'CONNECTING','SENDING_CONTACT','Connected',8425);
INSERT INTO "transitions" VALUES(4,2,1796005776047,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',218);
INSERT INTO "transitions" VALUES(4,3,1796005776047,'AWAITING_RESPONSE','REJECTED','ResponseRead',361);
INSERT INTO "transitions" VALUES(5,1,1796005776112,'CONNECTING','SENDING_CONTACT','Connected',4637);
INSERT INTO "transitions" VALUES(5,2,1796005776112,'SENDING_CONTACT','AWAITING_RESPONSE','ContactSent',292);
INSERT INTO "transitions" VALUES(5,3,1796005776113,'AWAITING_RESPONSE','VALIDATING_RESPONSE','ResponseRead',1281);
INSERT INTO "transitions" VALUES(5,4,1796005776113,'VALIDATING_RESPONSE','PROVISIONING_DATABASE','FoilAccepted',131);
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
COMMIT;
