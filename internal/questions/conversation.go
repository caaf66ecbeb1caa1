package questions

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"
)

// conversation is what its id carries.
type conversation struct {
	Patient string  `json:"patient"`
	Strips  []Strip `json:"strips"`
	Turns   []Turn  `json:"turns"`
}

// Conversation is the id under which a question that follows the answer is asked. It
// holds the turns and strips: no process keeps them, so any can go on.
func (q Question) Conversation(a Answer) string {
	turns := slices.Clone(q.Turns)
	turns[len(turns)-1].Answer = a.Text
	text, err := json.Marshal(conversation{q.Patient, a.Strips, turns})
	if err != nil {
		return "" // there is nothing that JSON cannot hold
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// continued puts a question into the conversation of an id. The strips, if it names
// any, must be the conversation's.
func (q Question) continued(id string) (Question, error) {
	const again = "leave the conversation out to begin a new one"
	text, err := base64.RawURLEncoding.DecodeString(id)
	var c conversation
	if err == nil {
		err = json.Unmarshal(text, &c)
	}
	if err != nil {
		return q, invalid(again, "this is no conversation's id: %w", err)
	}
	if c.Patient != q.Patient {
		return q, invalid(again, "the conversation is about another patient")
	}
	if len(q.Strips) > 0 && !slices.EqualFunc(q.Strips, c.Strips, sameStrip) {
		return q, invalid(again, "the conversation is about other strips")
	}
	q.Strips, q.Turns = c.Strips, append(c.Turns, q.Turns...)
	return q, nil
}

func sameStrip(a, b Strip) bool {
	return a.From.Truncate(time.Millisecond).Equal(b.From.Truncate(time.Millisecond)) &&
		a.To.Truncate(time.Millisecond).Equal(b.To.Truncate(time.Millisecond)) &&
		a.Device == b.Device && slices.Equal(a.Leads, b.Leads)
}
