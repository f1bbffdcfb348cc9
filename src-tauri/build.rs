//! Hands the app's manifest to Tauri, whose files lie below `src-tauri`.
fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The built UI is part of the program: a new one makes a new program.
    for watched in ["ui/dist", "src-tauri/capabilities", "src-tauri/permissions", "src-tauri/icons"] {
        println!("cargo:rerun-if-changed={watched}");
    }
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/capabilities/**/*")
        .app_manifest(tauri_build::AppManifest::new().permissions_path_pattern("./src-tauri/permissions/*.toml"));
    Ok(tauri_build::try_build(attributes)?)
}
