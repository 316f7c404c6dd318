//! A page is played by a model that knows only the contract; documents are forks that merge.

mod cases;
mod merging;
mod page;
mod world;
