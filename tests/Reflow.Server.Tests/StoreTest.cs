using Reflow.Server.Store;
using Xunit;

namespace Reflow.Server.Tests;

/// <summary>A test of an open store, empty at first, that it has for itself.</summary>
public abstract class StoreTest : IAsyncLifetime
{
    /// <summary>Where its data is.</summary>
    protected TestStore Place { get; private set; } = null!;

    /// <summary>The store, which a test may close and open again.</summary>
    protected Db Db { get; set; } = null!;

    /// <summary>Ends with the test.</summary>
    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    public virtual async ValueTask InitializeAsync() => Db = await (Place = await TestStore.Empty()).Open(TestStore.Patient);

    public async ValueTask DisposeAsync()
    {
        await Db.DisposeAsync();
        await Place.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
