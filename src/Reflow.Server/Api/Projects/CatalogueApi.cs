using Reflow.Server.Gateway;
using Reflow.Server.Store;

namespace Reflow.Server.Api.Projects;

/// <summary>Feishu Project: what a space is made of, who works there, and finding its items (contracts: project §2.3 to §2.5).</summary>
static class CatalogueApi
{
    public static void Serve(Routes routes, Db db, ProjectStore projects, Ids ids)
    {
        var catalog = new ProjectCatalog(db, projects, ids);
        ListSpaces.Serve(routes, projects, catalog);
        GetSpaces.Serve(routes, projects);
        QueryUsers.Serve(routes, projects);
        SearchUsers.Serve(routes, projects);
        ListTeams.Serve(routes, projects);
        ListBusinesses.Serve(routes, projects);
        ListWorkItemTypes.Serve(routes, projects);
        GetWorkItemType.Serve(routes, projects);
        UpdateWorkItemType.Serve(routes, projects, catalog);
        ListFields.Serve(routes, projects);
        GetFieldMeta.Serve(routes, projects);
        ListTemplates.Serve(routes, projects);
        GetTemplate.Serve(routes, projects);
        ListFlowRoles.Serve(routes, projects);
        WriteTemplates.Serve(routes, projects, catalog);
        WriteFlowRoles.Serve(routes, projects, catalog);
        FilterWorkItems.Serve(routes, projects);
        FilterAcrossProjects.Serve(routes, projects, catalog);
        SearchWorkItems.Serve(routes, projects);
        SearchByRelation.Serve(routes, projects);
        SearchEverything.Serve(routes, projects, catalog);
        SearchUniversally.Serve(routes, projects);
    }
}
