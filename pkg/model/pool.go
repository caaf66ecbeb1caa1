package model

// pool keeps buffers for the next step: a generation needs new ones, a little
// longer, for every token. The zero pool is ready.
type pool struct {
	idle [][]float32
}

// mostIdle bounds what is kept.
const mostIdle = 256

// get gives n values of any content.
func (p *pool) get(n int) []float32 {
	for i := len(p.idle) - 1; i >= 0; i-- {
		if b := p.idle[i]; cap(b) >= n && cap(b) <= 4*n+1024 {
			p.idle[i] = p.idle[len(p.idle)-1]
			p.idle = p.idle[:len(p.idle)-1]
			return b[:n]
		}
	}
	return make([]float32, n, n+n/4) // room for the tokens to come
}

// put takes a buffer back.
func (p *pool) put(b []float32) {
	if cap(b) > 0 && len(p.idle) < mostIdle {
		p.idle = append(p.idle, b)
	}
}
