// The Go module go-ethereum behind a C interface, for `./x fuzz evm-diff --with geth`: a second peer,
// slower than revm but with every fork. A development tool: nothing of the product needs it.
//
// The formats are those of tests/differential/evm/case.h; the result has state roots in place of
// worlds and no refunds, which go-ethereum does not tell.
package main

/*
#include <stddef.h>
#include <stdint.h>
#include <string.h>
*/
import "C"

import (
	"encoding/binary"
	"math/big"
	"strconv"
	"unsafe"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/consensus/misc/eip4844"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"
)

// The numbers of enum evm_fork.
const (
	frontier = iota
	homestead
	eip150
	eip158
	byzantium
	constantinople
	petersburg
	istanbul
	berlin
	london
	paris
	shanghai
	cancun
	prague
	osaka
)

func configOf(fork int, chainID uint64) *params.ChainConfig {
	c := &params.ChainConfig{ChainID: new(big.Int).SetUint64(chainID)}
	start, now := new(big.Int), new(uint64)
	since := func(f int) *big.Int {
		if fork < f {
			return nil
		}
		return start
	}
	sinceTime := func(f int) *uint64 {
		if fork < f {
			return nil
		}
		return now
	}
	c.HomesteadBlock = since(homestead)
	c.EIP150Block = since(eip150)
	c.EIP155Block, c.EIP158Block = since(eip158), since(eip158)
	c.ByzantiumBlock = since(byzantium)
	c.ConstantinopleBlock = since(constantinople)
	c.PetersburgBlock = since(petersburg)
	if fork == constantinople { // without a block for Petersburg, geth takes Constantinople's
		c.PetersburgBlock = new(big.Int).SetUint64(1 << 63)
	}
	c.IstanbulBlock, c.MuirGlacierBlock = since(istanbul), since(istanbul)
	c.BerlinBlock = since(berlin)
	c.LondonBlock, c.ArrowGlacierBlock = since(london), since(london)
	if fork >= paris {
		c.MergeNetsplitBlock, c.TerminalTotalDifficulty = start, start
	}
	c.ShanghaiTime = sinceTime(shanghai)
	c.CancunTime = sinceTime(cancun)
	c.PragueTime = sinceTime(prague)
	c.OsakaTime = sinceTime(osaka)
	if fork >= cancun {
		c.BlobScheduleConfig = &params.BlobScheduleConfig{
			Cancun: params.DefaultCancunBlobConfig, Prague: params.DefaultPragueBlobConfig}
	}
	return c
}

type reader struct{ b []byte }

func (r *reader) take(n int) []byte {
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}
func (r *reader) u8() byte                { return r.take(1)[0] }
func (r *reader) u32() int                { return int(binary.LittleEndian.Uint32(r.take(4))) }
func (r *reader) u64() uint64             { return binary.LittleEndian.Uint64(r.take(8)) }
func (r *reader) address() common.Address { return common.BytesToAddress(r.take(20)) }
func (r *reader) hash() common.Hash       { return common.BytesToHash(r.take(32)) }
func (r *reader) word() *uint256.Int      { return new(uint256.Int).SetBytes(r.take(32)) }
func (r *reader) bytes() []byte           { return common.CopyBytes(r.take(r.u32())) }

func list[T any](r *reader, item func() T) []T {
	out := make([]T, r.u32())
	for i := range out {
		out[i] = item()
	}
	return out
}

func readBlock(r *reader, fork int, config *params.ChainConfig) vm.BlockContext {
	b := vm.BlockContext{
		CanTransfer: core.CanTransfer,
		Transfer:    core.Transfer,
		GetHash: func(n uint64) common.Hash { // as in state tests
			return crypto.Keccak256Hash([]byte(strconv.FormatUint(n, 10)))
		},
		BlockNumber: new(big.Int).SetUint64(r.u64()),
		Time:        r.u64(),
		GasLimit:    r.u64(),
		Coinbase:    r.address(),
		BaseFee:     new(big.Int).SetUint64(r.u64()),
		Difficulty:  r.word().ToBig(),
	}
	random, excess := r.hash(), r.u64()
	if fork < london {
		b.BaseFee = nil
	}
	if fork >= paris {
		b.Random, b.Difficulty = &random, new(big.Int)
	}
	if fork >= cancun {
		b.BlobBaseFee = eip4844.CalcBlobFee(config, &types.Header{Time: b.Time, ExcessBlobGas: &excess})
	}
	return b
}

func readWorld(r *reader) *state.StateDB {
	world, err := state.New(types.EmptyRootHash, state.NewDatabaseForTesting())
	if err != nil {
		panic(err)
	}
	for n := r.u32(); n > 0; n-- {
		a := r.address()
		world.CreateAccount(a)
		world.SetNonce(a, r.u64(), tracing.NonceChangeUnspecified)
		world.SetBalance(a, r.word(), tracing.BalanceChangeUnspecified)
		if code := r.bytes(); len(code) > 0 {
			world.SetCode(a, code, tracing.CodeChangeUnspecified)
		}
		for k := r.u32(); k > 0; k-- {
			key := r.hash()
			world.SetState(a, key, r.hash())
		}
	}
	return world
}

type transaction struct {
	core.Message
	kind       byte
	hasChainID bool
	chainID    uint64
}

func readTransaction(r *reader) *transaction {
	t := &transaction{kind: r.u8()}
	flags := r.u8()
	t.hasChainID = flags&1 != 0
	t.chainID = r.u64()
	t.Nonce = r.u64()
	t.GasLimit = r.u64()
	t.From = r.address()
	to := r.address()
	if flags&2 == 0 {
		t.To = &to
	}
	t.Value = r.word()
	t.GasFeeCap = r.word()
	t.GasTipCap = r.word()
	t.BlobGasFeeCap = r.word()
	t.Data = r.bytes()
	access := list(r, func() types.AccessTuple {
		return types.AccessTuple{Address: r.address(), StorageKeys: list(r, r.hash)}
	})
	blobs := list(r, r.hash)
	authorizations := list(r, func() types.SetCodeAuthorization {
		return types.SetCodeAuthorization{ChainID: *r.word(), Address: r.address(), Nonce: r.u64(),
			V: r.u8(), R: *r.word(), S: *r.word()}
	})
	if t.kind >= types.AccessListTxType {
		t.AccessList = access
	}
	if t.kind == types.BlobTxType {
		t.BlobHashes = blobs
	} else {
		t.BlobGasFeeCap = nil
	}
	if t.kind == types.SetCodeTxType {
		t.SetCodeAuthorizations = authorizations
	}
	return t
}

// What geth's signer and its check of block bodies refuse before a message comes to be.
func (t *transaction) refusedEarly(fork int, chainID uint64, blobsMax int) bool {
	since := []int{frontier, berlin, london, cancun, prague}
	return fork < since[t.kind] || t.hasChainID && t.chainID != chainID || len(t.BlobHashes) > blobsMax
}

// As core.TransactionToMessage.
func (t *transaction) setPrice(baseFee *big.Int) {
	t.GasPrice = t.GasFeeCap
	if baseFee == nil {
		return
	}
	price, overflow := new(uint256.Int).AddOverflow(t.GasTipCap, uint256.MustFromBig(baseFee))
	if !overflow && price.Lt(t.GasFeeCap) {
		t.GasPrice = price
	}
}

type writer struct{ b []byte }

func (w *writer) u32(n int)    { w.b = binary.LittleEndian.AppendUint32(w.b, uint32(n)) }
func (w *writer) u64(n uint64) { w.b = binary.LittleEndian.AppendUint64(w.b, n) }
func (w *writer) put(b []byte) { w.b = append(w.b, b...) }
func (w *writer) bytes(b []byte) {
	w.u32(len(b))
	w.put(b)
}

func (w *writer) outcome(fork int, t *transaction, result *core.ExecutionResult, logs []*types.Log) {
	status, output := byte(1), result.ReturnData
	switch {
	case result.Err == vm.ErrExecutionReverted:
		status = 2
	case result.Err == vm.ErrCodeStoreOutOfGas && fork == frontier:
		output = nil // the contract stays, without code: no failure in Frontier
	case result.Err != nil:
		status, output = 3, nil
	}
	w.b = append(w.b, status)
	w.u64(result.UsedGas)
	w.u64(0)
	w.bytes(output)
	var created common.Address
	if t.To == nil && status == 1 {
		created = crypto.CreateAddress(t.From, t.Nonce)
	}
	w.put(created[:])
	w.u32(len(logs))
	for _, l := range logs {
		w.put(l.Address[:])
		w.u32(len(l.Topics))
		for _, topic := range l.Topics {
			w.put(topic[:])
		}
		w.bytes(l.Data)
	}
}

func run(input []byte) []byte {
	r, w := &reader{input}, &writer{}
	fork := int(r.u8())
	config := configOf(fork, r.u64())
	block := readBlock(r, fork, config)
	world := readWorld(r)
	rules := config.Rules(block.BlockNumber, block.Random != nil, block.Time)
	world.Finalise(params.Rules{}) // whatever is in it, empty accounts too
	blobsMax := 0
	if fork >= cancun {
		blobsMax = eip4844.MaxBlobsPerBlock(config, block.Time)
	}
	for i, t := range list(r, func() *transaction { return readTransaction(r) }) {
		id := common.BigToHash(big.NewInt(int64(i + 1)))
		world.SetTxContext(id, i, 0)
		mark := world.Snapshot()
		var result *core.ExecutionResult
		var err error
		refused := t.refusedEarly(fork, config.ChainID.Uint64(), blobsMax)
		if !refused {
			t.setPrice(block.BaseFee)
			evm := vm.NewEVM(block, world, config, vm.Config{})
			result, err = core.ApplyMessage(evm, &t.Message, core.NewGasPool(block.GasLimit))
			refused = err != nil
		}
		if refused {
			world.RevertToSnapshot(mark)
			w.b = append(w.b, 0)
		} else {
			w.outcome(fork, t, result, world.GetLogs(id, 0, common.Hash{}, 0))
		}
		root := world.IntermediateRoot(rules)
		w.put(root[:])
	}
	return w.b
}

// Runs a case. Returns the size of the result, and puts it at `result` if it fits there.
//
//export geth_diff_run
func geth_diff_run(input *C.uint8_t, size C.size_t, result *C.uint8_t, room C.size_t) C.size_t {
	out := run(unsafe.Slice((*byte)(input), int(size)))
	if len(out) <= int(room) {
		copy(unsafe.Slice((*byte)(result), int(room)), out)
	}
	return C.size_t(len(out))
}

func main() {}
