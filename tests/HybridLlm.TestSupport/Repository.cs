namespace HybridLlm.TestSupport;

/// <summary>Where the checkout lies, for goldens, vectors and scripts that tests read in place.</summary>
public static class Repository
{
    private static readonly Lazy<string> s_root = new(FindRoot);

    /// <summary>Folder that holds <c>HybridLlm.sln</c>.</summary>
    public static string Root => s_root.Value;

    /// <summary>A path below the checkout's root.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "HybridLlm.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No HybridLlm.sln above {AppContext.BaseDirectory}.");
    }
}
