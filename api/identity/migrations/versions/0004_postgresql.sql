CREATE TABLE key_maker (
	community UUID NOT NULL,
	api_key UUID NOT NULL,
	maker UUID NOT NULL,
	made_at BIGINT NOT NULL,
	confirmed_by UUID,
	confirmed_at BIGINT,
	PRIMARY KEY (community, api_key),
	CONSTRAINT key_maker_confirmed CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
	CONSTRAINT key_maker_two_people CHECK (confirmed_by IS NULL OR confirmed_by <> maker)
)
