package questions

import (
	"strings"
	"sync"

	holterv1 "github.com/holterd/holter/schemas/holter/v1"
)

// reply sends a text while it is written. What is written while a piece is being
// sent goes with the next piece, so that writing never waits.
type reply struct {
	send func(*holterv1.Answer) error

	mu   sync.Mutex
	text string // guarded by mu: written so far

	more chan struct{} // has room for one: something was written
	done chan struct{} // closed when nothing is sent any more
}

func newReply(send func(*holterv1.Answer) error) *reply {
	r := &reply{send: send, more: make(chan struct{}, 1), done: make(chan struct{})}
	go r.run()
	return r
}

// wrote takes all of the text so far.
func (r *reply) wrote(text string) {
	r.mu.Lock()
	r.text = text
	r.mu.Unlock()
	select {
	case r.more <- struct{}{}:
	default:
	}
}

// close returns when all that was written is sent. wrote is not called any more.
func (r *reply) close() {
	close(r.more)
	<-r.done
}

func (r *reply) run() {
	defer close(r.done)
	sent, failed := "", false
	for range r.more {
		r.mu.Lock()
		text := r.text
		r.mu.Unlock()
		if failed || len(text) <= len(sent) || !strings.HasPrefix(text, sent) {
			continue
		}
		piece := &holterv1.Answer_Piece{Text: text[len(sent):], At: uint32(len(sent))}
		failed = r.send(&holterv1.Answer{Part: &holterv1.Answer_Piece_{Piece: piece}}) != nil
		sent = text
	}
}
