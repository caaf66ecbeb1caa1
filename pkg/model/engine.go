package model

// engine runs a model's three graphs. Whoever implements it may keep its
// caches where it likes, on a device for instance: they are opaque. It is used
// by one caller at a time.
type engine interface {
	// encode turns segments, each 12 × 1000 values row-major, into what the
	// encoder makes of them.
	encode(segments [][]float32) ([]encoded, error)
	// embed gives the embeddings of tokens, one row of width hidden for each.
	embed(ids []int) ([]float32, error)
	// decode reads on in rows of text: what past holds (nil: nothing) and then
	// what step holds. It gives the logits after each row's last position, one
	// row of width vocab for each row, and a cache of all that was read. It
	// takes past over.
	decode(past cache, s step) (logits []float32, present cache, err error)
	// close frees the graphs.
	close() error
}

// encoded is one segment as the encoder sees it.
type encoded struct {
	embeddings []float32 // tokens per segment × hidden; the first is CLS
	heat       []float32 // kinds × 200; nil when the encoder has none
	spans      []float32 // likewise
}

// step is what a decoder reads at once: rows of equal length, shorter ones
// padded on the left.
type step struct {
	rows, length int
	embeddings   []float32 // rows × length × hidden
	mask         []int64   // rows × (past + length): 1 for what counts, 0 for padding
	positions    []int64   // rows × length
}

// cache is what a decoder keeps of what it has read: the keys and values of
// each row.
type cache interface {
	// pick makes a cache of the given rows, in that order; a row may come
	// twice. The old cache is taken over.
	pick(rows []int) cache
	// free gives the cache back to its engine.
	free()
}
