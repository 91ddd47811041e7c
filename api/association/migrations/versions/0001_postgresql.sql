CREATE TABLE agreement (
	community UUID NOT NULL,
	id UUID NOT NULL,
	member UUID NOT NULL,
	step TEXT NOT NULL,
	file TEXT NOT NULL,
	history TEXT NOT NULL,
	review_on TEXT,
	created_at BIGINT NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (community, id)
);

CREATE INDEX agreement_member ON agreement (community, member);

CREATE INDEX agreement_step ON agreement (community, step);

CREATE TABLE application (
	community UUID NOT NULL,
	member UUID NOT NULL,
	sponsor UUID,
	cents BIGINT NOT NULL,
	newsletter INTEGER NOT NULL,
	applied_at BIGINT NOT NULL,
	PRIMARY KEY (community, member),
	CONSTRAINT application_newsletter_flag CHECK (newsletter BETWEEN 0 AND 1),
	CONSTRAINT application_cents CHECK (cents >= 0)
);

CREATE TABLE ballot (
	community UUID NOT NULL,
	resolution UUID NOT NULL,
	member UUID NOT NULL,
	college TEXT NOT NULL,
	choice TEXT NOT NULL,
	cast_at BIGINT NOT NULL,
	PRIMARY KEY (community, resolution, member),
	CONSTRAINT ballot_choice CHECK (choice IN ('yes', 'no', 'abstain'))
);

CREATE TABLE community_link (
	community UUID NOT NULL,
	id UUID NOT NULL,
	account UUID NOT NULL,
	currency TEXT NOT NULL,
	other UUID NOT NULL,
	other_link UUID NOT NULL,
	accepted BIGINT NOT NULL,
	state TEXT NOT NULL,
	agreed_on TEXT NOT NULL,
	made_by UUID NOT NULL,
	made_at BIGINT NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT community_link_account UNIQUE (community, account),
	CONSTRAINT community_link_accepted CHECK (accepted >= 0),
	CONSTRAINT community_link_state CHECK (state IN ('open', 'closed'))
);

CREATE TABLE crossing (
	community UUID NOT NULL,
	id UUID NOT NULL,
	link UUID NOT NULL,
	payer UUID NOT NULL,
	other UUID NOT NULL,
	payee UUID NOT NULL,
	amount BIGINT NOT NULL,
	hold UUID NOT NULL,
	payment UUID NOT NULL,
	state TEXT NOT NULL,
	reason TEXT NOT NULL,
	made_at BIGINT NOT NULL,
	changed_at BIGINT NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT crossing_state_known CHECK (state IN ('held', 'paid', 'done', 'failed'))
);

CREATE INDEX crossing_state ON crossing (state, changed_at);

CREATE TABLE deal (
	community UUID NOT NULL,
	id UUID NOT NULL,
	listing UUID NOT NULL,
	giver UUID NOT NULL,
	receiver UUID NOT NULL,
	minutes INTEGER NOT NULL,
	proposed_by UUID NOT NULL,
	state TEXT NOT NULL,
	cheque TEXT,
	created_at BIGINT NOT NULL,
	changed_at BIGINT NOT NULL,
	version BIGINT NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT deal_minutes CHECK (minutes > 0),
	CONSTRAINT deal_two_people CHECK (giver <> receiver)
);

CREATE INDEX deal_giver ON deal (community, giver);

CREATE INDEX deal_receiver ON deal (community, receiver);

CREATE TABLE dues (
	community UUID NOT NULL,
	id UUID NOT NULL,
	member UUID NOT NULL,
	cents BIGINT NOT NULL,
	currency TEXT NOT NULL,
	months INTEGER NOT NULL,
	paid_on TEXT NOT NULL,
	through TEXT NOT NULL,
	entered_by UUID NOT NULL,
	entered_at BIGINT NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT dues_cents CHECK (cents >= 0),
	CONSTRAINT dues_months CHECK (months BETWEEN 1 AND 120)
);

CREATE INDEX dues_member ON dues (community, member, through);

CREATE INDEX dues_through ON dues (community, through);

CREATE TABLE listing (
	community UUID NOT NULL,
	id UUID NOT NULL,
	member UUID NOT NULL,
	account UUID NOT NULL,
	kind TEXT NOT NULL,
	title TEXT NOT NULL,
	category TEXT NOT NULL,
	text TEXT NOT NULL,
	sphere TEXT NOT NULL,
	state TEXT NOT NULL,
	decided_by UUID,
	reasons TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT listing_kind CHECK (kind IN ('offer', 'ask'))
);

CREATE INDEX listing_state ON listing (community, state, created_at);

CREATE TABLE need_said (
	community UUID NOT NULL,
	id UUID NOT NULL,
	member UUID NOT NULL,
	words TEXT NOT NULL,
	place TEXT NOT NULL,
	said_at BIGINT NOT NULL,
	PRIMARY KEY (community, id)
);

CREATE INDEX need_said_words ON need_said (community, words);

CREATE TABLE openness (
	community UUID NOT NULL,
	indicators TEXT NOT NULL,
	set_by UUID NOT NULL,
	set_at BIGINT NOT NULL,
	PRIMARY KEY (community)
);

CREATE TABLE question (
	community UUID NOT NULL,
	id UUID NOT NULL,
	figure TEXT NOT NULL,
	text TEXT NOT NULL,
	asked_by UUID NOT NULL,
	asked_at BIGINT NOT NULL,
	answer TEXT NOT NULL,
	answered_by UUID,
	answered_at BIGINT,
	PRIMARY KEY (community, id)
);

CREATE INDEX question_asked ON question (community, asked_at);

CREATE TABLE reconversion (
	community UUID NOT NULL,
	id UUID NOT NULL,
	member UUID NOT NULL,
	account UUID NOT NULL,
	currency TEXT NOT NULL,
	amount BIGINT NOT NULL,
	invoice TEXT NOT NULL,
	state TEXT NOT NULL,
	reasons TEXT NOT NULL,
	asked_at BIGINT NOT NULL,
	decided_by UUID,
	decided_at BIGINT,
	PRIMARY KEY (community, id),
	CONSTRAINT reconversion_amount CHECK (amount > 0),
	CONSTRAINT reconversion_state_known CHECK (state IN ('asked', 'done', 'declined', 'withdrawn'))
);

CREATE INDEX reconversion_member ON reconversion (community, member);

CREATE INDEX reconversion_state ON reconversion (community, state, asked_at);

CREATE TABLE resolution (
	community UUID NOT NULL,
	id UUID NOT NULL,
	title TEXT NOT NULL,
	text TEXT NOT NULL,
	rules TEXT NOT NULL,
	entitled TEXT NOT NULL,
	currency TEXT,
	policy BYTEA,
	since BIGINT,
	opens_at BIGINT NOT NULL,
	closes_at BIGINT NOT NULL,
	state TEXT NOT NULL,
	outcome TEXT NOT NULL,
	minutes TEXT NOT NULL,
	made_by UUID NOT NULL,
	made_at BIGINT NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT resolution_state CHECK (state IN ('announced', 'adopted', 'rejected', 'withdrawn')),
	CONSTRAINT resolution_times CHECK (opens_at < closes_at)
);

CREATE TABLE sale (
	community UUID NOT NULL,
	request UUID NOT NULL,
	teller UUID NOT NULL,
	member UUID NOT NULL,
	taken_at BIGINT NOT NULL,
	PRIMARY KEY (community, request)
);

CREATE INDEX sale_member ON sale (community, member, taken_at);

CREATE TABLE target (
	community UUID NOT NULL,
	id UUID NOT NULL,
	figure TEXT NOT NULL,
	value TEXT NOT NULL,
	note TEXT NOT NULL,
	set_by UUID NOT NULL,
	set_at BIGINT NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT target_figure UNIQUE (community, figure)
);

CREATE TABLE teller (
	community UUID NOT NULL,
	id UUID NOT NULL,
	member UUID NOT NULL,
	name TEXT NOT NULL,
	pin_hash TEXT NOT NULL,
	failures INTEGER NOT NULL,
	active INTEGER NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (community, id),
	CONSTRAINT teller_name UNIQUE (community, member, name),
	CONSTRAINT teller_active_flag CHECK (active BETWEEN 0 AND 1)
);

CREATE TABLE territory (
	community UUID NOT NULL,
	drawing TEXT NOT NULL,
	set_by UUID NOT NULL,
	set_at BIGINT NOT NULL,
	PRIMARY KEY (community)
)
