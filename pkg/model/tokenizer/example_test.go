package tokenizer_test

import (
	"fmt"
	"log"

	"github.com/holterd/holter/pkg/model/tokenizer"
)

func Example() {
	tok, err := tokenizer.Load("testdata/times.json")
	if err != nil {
		log.Fatal(err)
	}
	ids, err := tok.EncodeText("Duration: 1.9s-3.1s")
	if err != nil {
		log.Fatal(err)
	}
	for _, id := range ids {
		text, _ := tok.Bytes(id)
		fmt.Printf("%q ", text)
	}
	fmt.Println(tok.Decode(ids))
	// Output: "Duration" ":" " 1" ".9" "s-" "3" ".1" "s" Duration: 1.9s-3.1s
}
