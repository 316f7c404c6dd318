//! Where in a document something lives: the keys that lead there from the root, and a type that says
//! what is there. Making a place looks at no document.

use std::marker::PhantomData;

use super::value::{ItemId, Key};

/// A record of type `T`: a document's root, or one item of a collection.
pub struct Place<T>(Path, PhantomData<fn() -> T>);

/// A collection of `T`, ordered and keyed by id.
pub struct Collection<T>(Path, PhantomData<fn() -> T>);

/// A set of keys of type `T`; of two people who add and remove the same one at once, the adder wins.
pub struct SetPlace<T>(Path, PhantomData<fn() -> T>);

/// A text that several people can type into at once.
pub struct TextPlace(Path);

pub(super) type Path = Vec<String>;

impl<T> Place<T> {
    pub(super) fn root() -> Self {
        Self(Vec::new(), PhantomData)
    }
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
    pub(super) fn collection_at<U>(&self, key: &str) -> Collection<U> {
        Collection(below(&self.0, key), PhantomData)
    }
    pub(super) fn set_at<U: Key>(&self, key: &str) -> SetPlace<U> {
        SetPlace(below(&self.0, key), PhantomData)
    }
    pub(super) fn text_at(&self, key: &str) -> TextPlace {
        TextPlace(below(&self.0, key))
    }
}

impl<T> Collection<T> {
    pub fn at(&self, id: ItemId) -> Place<T> {
        Place(below(&self.0, &id.to_string()), PhantomData)
    }
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl<T> SetPlace<T> {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl TextPlace {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

fn below(path: &Path, key: &str) -> Path {
    let mut path = path.clone();
    path.push(key.to_owned());
    path
}
