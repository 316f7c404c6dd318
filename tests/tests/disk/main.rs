//! Power is lost and calls fail under the device's store and the server's log: nothing that was acknowledged is lost.

mod faults;
mod keeper;
mod ledger;
mod phone;
mod power;
