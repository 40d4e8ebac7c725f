package model

import (
	"slices"
	"strconv"
)

// Ask is why a change waits for somebody's yes, beside its class and its person. The set is closed:
// it is part of the JSON, and a code of what a pass waits for.
type Ask string

// The questions.
const (
	// AskSamePerson: two accounts have one csi; are they one person, or two?
	AskSamePerson Ask = "same-person"
	// AskOthersUse: the credential or the Threema ID may be somebody else's by now.
	AskOthersUse Ask = "others-use"
	// AskLikeCSI: the csi of a newcomer differs from somebody's in case, blanks or zeros only.
	AskLikeCSI Ask = "like-csi"
	// AskView: the person was missed first through a view that has not been proved.
	AskView Ask = "view"
	// AskPlace: nobody else is readable where the person was seen last, or they may be in a part that nobody reads.
	AskPlace Ask = "place"
	// AskForgotten: the source of the person is not configured any more, and was forgotten.
	AskForgotten Ask = "source-forgotten"
	// AskByHand: a credential that others use too must be withdrawn in the cockpit.
	AskByHand Ask = "by-hand"
	// AskResume: what an interrupted create left behind was touched by somebody else.
	AskResume Ask = "resume"
)

// Asks lists all questions.
func Asks() []Ask {
	return []Ask{AskSamePerson, AskOthersUse, AskLikeCSI, AskView, AskPlace, AskForgotten, AskByHand, AskResume}
}

// AskAbout asks a question about somebody, and makes them part of what a yes is for. Where they left when
// it was given, it is none after they were seen again, as one to a departure of their own.
func (c *Change) AskAbout(a Ask, about Observation, why Reason) {
	c.Ask(a, why)
	c.ID = ChangeID(c.ID, about.Person.Source, about.Person.ID, strconv.Itoa(about.Departures))
}

// Ask lets a change wait for a yes, whatever its class. Where it is due, askApproval stops it until
// somebody approved it. The question is part of what a yes is for: one of before it came up, to a
// limit, say, does not answer it.
func (c *Change) Ask(a Ask, why Reason) {
	if slices.Contains(c.Asks, a) {
		return
	}
	c.ID = ChangeID(c.ID, string(a))
	c.Asks = append(slices.Clip(c.Asks), a)
	slices.Sort(c.Asks)
	c.Questions, c.Reasons = append(slices.Clip(c.Questions), why), append(slices.Clip(c.Reasons), why)
}
