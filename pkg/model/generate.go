package model

import (
	"context"
	"slices"
)

// reading is a batch of texts that the decoder has read.
type reading struct {
	m     *Model
	cache cache
	rows  []readRow
}

type readRow struct {
	mask     []int64 // of all that was read, padding included
	position int64   // of what is read next
}

// read goes on in every row, and gives the logits after each.
func (r *reading) read(texts [][]element) ([]float32, error) {
	tokens := r.m.manifest.Encoder.TokensPerSegment
	s := step{rows: len(texts)}
	for _, text := range texts {
		s.length = max(s.length, size(text, tokens))
	}
	s.positions = make([]int64, s.rows*s.length)
	for i, text := range texts {
		row, n := &r.rows[i], size(text, tokens)
		row.mask = append(row.mask, make([]int64, s.length-n)...)
		for j := range n {
			row.mask = append(row.mask, 1)
			s.positions[(i+1)*s.length-n+j] = row.position + int64(j)
		}
		row.position += int64(n)
		s.mask = append(s.mask, row.mask...)
	}
	var err error
	if s.embeddings, err = r.m.embeddings(texts, s.length); err != nil {
		return nil, err
	}
	var logits []float32
	logits, r.cache, err = r.m.engine.decode(r.cache, s)
	return logits, err
}

// pick goes on with some of the rows.
func (r *reading) pick(rows []int) {
	same := len(rows) == len(r.rows)
	picked := make([]readRow, len(rows))
	for to, from := range rows {
		same = same && to == from
		picked[to] = readRow{slices.Clone(r.rows[from].mask), r.rows[from].position}
	}
	if !same {
		r.rows, r.cache = picked, r.cache.pick(rows)
	}
}

func (r *reading) free() {
	if r.cache != nil {
		r.cache.free()
	}
}

// embeddings lays out texts as rows of the given length, padded on the left.
func (m *Model) embeddings(texts [][]element, length int) ([]float32, error) {
	var ids []int
	for _, text := range texts {
		for _, e := range text {
			if e.token != none {
				ids = append(ids, e.token)
			}
		}
	}
	words, err := m.engine.embed(ids)
	if err != nil {
		return nil, err
	}
	hidden, tokens := m.manifest.Decoder.Hidden, m.manifest.Encoder.TokensPerSegment
	out := make([]float32, len(texts)*length*hidden)
	for i, text := range texts {
		at := ((i+1)*length - size(text, tokens)) * hidden
		for _, e := range text {
			n := e.size(tokens) * hidden
			if e.ecg != nil {
				e.ecg.embeddings(out[at:at+n], hidden)
			}
			if e.token != none {
				for j := range out[at : at+n] {
					out[at+j] += words[j%hidden]
				}
				words = words[hidden:]
			}
			at += n
		}
	}
	return out, nil
}

// generate writes the answers of a batch of jobs. What several of them begin
// with is read once; those that are done leave the batch.
func (m *Model) generate(ctx context.Context, jobs []*job) error {
	prefixes, of := shared(jobs)
	r := &reading{m: m, rows: make([]readRow, len(prefixes))}
	defer r.free()
	if _, err := r.read(prefixes); err != nil {
		return err
	}
	r.pick(of)
	next := make([][]element, len(jobs))
	for i, j := range jobs {
		next[i] = j.prompt.suffix
	}
	for len(jobs) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		logits, err := r.read(next)
		if err != nil {
			return err
		}
		var going []int
		if going, next, err = advance(jobs, logits, next[:0]); err != nil {
			return err
		}
		left := make([]*job, len(going))
		for to, from := range going {
			left[to] = jobs[from]
		}
		if len(going) > 0 {
			r.pick(going)
		}
		jobs = left
	}
	return nil
}

// advance lets every job choose its next token: which of them go on, and with
// what.
func advance(jobs []*job, logits []float32, next [][]element) (going []int, _ [][]element, _ error) {
	vocab := len(logits) / len(jobs)
	for i, j := range jobs {
		token, done, err := j.answer.next(logits[i*vocab : (i+1)*vocab])
		if err != nil {
			return nil, nil, err
		}
		if !done {
			going = append(going, i)
			next = append(next, []element{{token: token}})
		}
	}
	return going, next, nil
}

// shared finds the distinct prefixes, and which of them each job has.
func shared(jobs []*job) (prefixes [][]element, of []int) {
	known := map[string]int{}
	for _, j := range jobs {
		if _, ok := known[j.prefix]; !ok {
			known[j.prefix] = len(prefixes)
			prefixes = append(prefixes, j.prompt.prefix)
		}
		of = append(of, known[j.prefix])
	}
	return prefixes, of
}
